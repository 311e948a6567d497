import type { Shape } from "../../../core/shape.ts";
import type { Module } from "../../../nn/index.ts";
import { type Block, describeBlock, isBlock, isList } from "./blocks.ts";
import { classesOf } from "./classes.ts";
import type { Code } from "./code.ts";
import { writeFlatClass } from "./flat.ts";
import { layerForm } from "./layers.ts";
import { checkMember, identifierOf, isIdentifier, pythonString } from "./python.ts";
import { type ExportedNetwork, isFlat, traceNetwork } from "./trace.ts";

export interface PytorchModel {
  /** The text of model.py. */
  readonly source: string;
  /** The class of the network. */
  readonly className: string;
}

/**
 * A network as PyTorch's source: one class a block, one line a layer, with the names of its state_dict. The forwards are
 * those of one call with this shape of input, in evaluation.
 * @throws ConvsmithError that names the layer and the op that PyTorch has no form of.
 */
export function writePytorchModel(network: ExportedNetwork, inputShape: Shape, origin: string): PytorchModel {
  const trace = traceNetwork(network, inputShape);
  if (isFlat(network)) {
    const className = identifierOf(network.constructor.name, "Network");
    const body = [writeFlatClass(network, trace, className), loader(className, [])];
    return { source: [header(body, origin), ...body].join("\n\n"), className };
  }
  const codes = new Map<Module, Code>();
  const sources: string[] = [];
  const taken = new Set([
    "torch",
    "nn",
    "F",
    "OrderedDict",
    "load_model",
    "make_model",
    "Path",
    "StochasticDepth",
    "LayerNorm2d",
  ]);
  const paths = new Map([...network.namedModules()].map(([path, module]) => [module, path]));
  for (const [module, path] of paths) {
    const owner = path === "" ? module.constructor.name : `${path} (${module.constructor.name})`;
    for (const name of module.namedChildren().keys()) checkMember(name, owner);
    for (const name of module.stateDict().keys()) if (Object.hasOwn(module, name)) checkMember(name, owner);
  }
  const codeOf = (module: Module) => codes.get(module)!;
  for (const level of levelsOf(network)) {
    const blocks = level.map((module): Block => describeBlock(module, paths.get(module)!, trace, codeOf));
    for (const { source, codes: made } of classesOf(blocks, taken)) {
      sources.push(source);
      for (const [module, code] of made) codes.set(module, code);
    }
  }
  const root = codes.get(network) as { readonly name: string };
  const helpers = new Set([...network.modules()].flatMap((module) => layerForm(module)?.helper ?? []));
  const body = [...helpers, ...sources, loader(root.name, sharedModules(network))];
  return { source: [header(body, origin), ...body].join("\n\n"), className: root.name };
}

/** Blocks by how many levels of blocks they hold, the innermost first. */
function levelsOf(network: Module): Module[][] {
  const levels: Module[][] = [];
  const heights = new Map<Module, number>();
  const visit = (module: Module): number => {
    const known = heights.get(module);
    if (known !== undefined) return known;
    const inside = layerForm(module) ? [] : module.children();
    const height = inside.reduce((most, child) => Math.max(most, visit(child)), 0);
    if (!isBlock(module) && module !== network) {
      heights.set(module, height);
      return height;
    }
    levels[height] = [...(levels[height] ?? []), module];
    heights.set(module, height + 1);
    return height + 1;
  };
  visit(network);
  return levels.map((level) => level ?? []);
}

/** Lines that make a module with several names one. */
function sharedModules(network: Module): string[] {
  const first = new Map<Module, string>();
  const lines: string[] = [];
  const visit = (module: Module, code: string, above: readonly Module[]) => {
    if (above.includes(module)) return;
    const known = first.get(module);
    if (known !== undefined) {
      lines.push(`${code} = ${known}`);
      return;
    }
    first.set(module, code);
    for (const [name, child] of module.namedChildren()) {
      const list = isList(module) && /^\d+$/.test(name);
      const access = list
        ? `${code}[${name}]`
        : isIdentifier(name)
          ? `${code}.${name}`
          : `${code}._modules[${pythonString(name)}]`;
      visit(child, access, [...above, module]);
    }
  };
  visit(network, "model", []);
  return lines;
}

function header(body: readonly string[], origin: string): string {
  const all = body.join("\n");
  const lines = [`"""${origin}"""`, ""];
  if (all.includes("OrderedDict(")) lines.push("from collections import OrderedDict");
  lines.push("from pathlib import Path", "", "import torch");
  if (/\bF\./.test(all)) lines.push("import torch.nn.functional as F");
  return `${[...lines, "from torch import nn"].join("\n")}\n`;
}

const loader = (name: string, shared: readonly string[]) => `def make_model():
    """The network, before it has its weights."""
${shared.length === 0 ? `    return ${name}()` : [`    model = ${name}()`, ...shared.map((line) => `    ${line}`), "    return model"].join("\n")}


def load_model(path=Path(__file__).with_name("weights.pth")):
    """The network with the weights of a file: by default those that were exported with it."""
    model = make_model()
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model
`;
