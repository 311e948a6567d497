import { ArgumentError } from "../core/errors.ts";
import { closestNames } from "../core/names.ts";
import type { Node, Scope } from "../core/node.ts";
import type { Module } from "../nn/index.ts";
import type { Network, Recording } from "./recording.ts";

/** A module of a network, and what its last call recorded. */
export interface FoundLayer {
  /** "layer1.0.conv2"; "" for the network itself. */
  readonly path: string;
  readonly module: Module;
  /** The output of its last call. */
  readonly node: Node;
  readonly calls: number;
}

/**
 * The layer of that path ("conv1", "layer1.0.conv2"; "" for the network itself), or the module that contains others
 * ("layer1"). @throws ArgumentError that tells the close names for a path that is none, and for a layer that records nothing.
 */
export function findLayer(network: Network, recording: Recording, path: string): FoundLayer {
  const modules = network.namedModules();
  const module = modules.get(path);
  if (!module) {
    const names = [...modules.keys()].filter((name) => name !== "");
    const [last] = path.split(".").slice(-1);
    const inside = names.filter((name) => name.endsWith(`.${last}`)).slice(0, 3);
    const close = [...new Set([...inside, ...closestNames(path, names)])].slice(0, 5);
    const advice = close.length > 0 ? `Close are ${close.join(", ")}.` : "It has no layers inside.";
    throw new ArgumentError(`${network.constructor.name} has no layer ${path}. ${advice}`);
  }
  const found = outputOf(module, recording);
  if (!found) {
    throw new ArgumentError(
      `${path} (${module.describe()}): the network's output does not use it in evaluation mode, or it passes its input on unchanged. Choose another layer.`,
    );
  }
  return { path, module, ...found };
}

/**
 * The last layer whose output has more than one pixel and depends on the input. @throws ArgumentError where there is none.
 */
export function lastSpatialLayer(network: Network, recording: Recording): FoundLayer {
  const paths = new Map([...network.namedModules()].map(([path, module]) => [module as object, path]));
  for (const node of [...recording.order].sort((a, b) => b.id - a.id)) {
    if (node.op.kind === "leaf" || node.shape.length < 3 || node.shape.at(-1)! * node.shape.at(-2)! < 2) continue;
    let { scope } = node;
    while (scope && !paths.has(scope.module)) scope = scope.outer;
    const module = (scope?.module ?? network) as Module;
    const output = outputOf(module, recording)!;
    // What a network does itself between its layers has no path of its own.
    if (output.node === node) return { path: paths.get(module) ?? "", module, ...output };
  }
  throw new ArgumentError(`${network.constructor.name}: no layer has an output with height and width`);
}

function outputOf(module: Module, { order }: Recording): { readonly node: Node; readonly calls: number } | null {
  const calls = new Set<Scope>();
  let node: Node | null = null;
  for (const each of order) {
    if (each.op.kind === "leaf") continue;
    const scope = scopeOf(each, module);
    if (!scope) continue;
    calls.add(scope);
    if (!node || each.id > node.id) node = each;
  }
  return node && { node, calls: calls.size };
}

function scopeOf({ scope }: Node, module: object): Scope | null {
  let current = scope;
  while (current && current.module !== module) current = current.outer;
  return current;
}
