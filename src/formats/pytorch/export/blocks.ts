import type { Cell } from "../../../core/cell.ts";
import { ConvsmithError } from "../../../core/errors.ts";
import { type Module, ModuleList, Parameter, Sequential } from "../../../nn/index.ts";
import type { Buffer } from "../../../tensor/index.ts";
import { type Code, type List, text } from "./code.ts";
import { Constants } from "./constants.ts";
import { writeForward } from "./forward.ts";
import { layerForm } from "./layers.ts";
import { identifierOf, isIdentifier, pythonString } from "./python.ts";
import type { Trace } from "./trace.ts";

/** What a block's constructor makes, in the order of its state_dict. */
export interface Member {
  readonly name: string;
  readonly kind: "parameter" | "buffer" | "module";
  readonly code: Code;
}

/** A module that needs a class of its own. */
export interface Block {
  readonly module: Module;
  readonly className: string;
  /** A Sequential whose forward is PyTorch's. */
  readonly sequential: boolean;
  readonly members: readonly Member[];
  /** Further lines of the constructor. */
  readonly constants: readonly string[];
  readonly forward: readonly string[];
}

/** The code of a module that has a class of its own, once that is known. */
export type CodeOf = (module: Module) => Code;

/** Modules whose entries are read by number: PyTorch has them too. */
export const isList = (module: Module): boolean => isSequential(module) || module.constructor === ModuleList;

export const isSequential = (module: Module): boolean =>
  module instanceof Sequential && forwardOf(module) === Sequential.prototype.forward;

const forwardOf = (module: Module) => (Object.getPrototypeOf(module) as Module).forward;

/** Sequential and ModuleList themselves are written where they are used; their subclasses are classes. */
const isPlainList = (module: Module) => module.constructor === Sequential || module.constructor === ModuleList;

/** Whether a module is written as a class of its own. */
export const isBlock = (module: Module): boolean => !layerForm(module) && !isPlainList(module);

/** What is written for a module where it is made. `codeOf`: for those with a class of their own. */
export function moduleCode(module: Module, codeOf: CodeOf): Code {
  const form = layerForm(module);
  if (form) return form.call;
  return isPlainList(module) ? listCode(module, codeOf) : codeOf(module);
}

function listCode(module: Module, codeOf: CodeOf): List {
  const children = [...module.namedChildren()];
  const numbered = children.every(([name], at) => name === String(at));
  const items = children.map(([name, child]) => ({ name: numbered ? null : name, code: moduleCode(child, codeOf) }));
  if (module.constructor === ModuleList) return { kind: "list", open: "nn.ModuleList([", close: "])", items };
  if (numbered) return { kind: "list", open: "nn.Sequential(", close: ")", items };
  return { kind: "list", open: "nn.Sequential(OrderedDict([", close: "]))", items };
}

/** Describes a block: what it makes and what its forward does. */
export function describeBlock(module: Module, path: string, trace: Trace, codeOf: CodeOf): Block {
  const sequential = isSequential(module);
  const constants = new Constants();
  const members: Member[] = [
    ...[...ownTensors(module)].map(([name, tensor]): Member => {
      const kind = tensor instanceof Parameter ? "parameter" : "buffer";
      return { name, kind, code: zeros(tensor.shape) };
    }),
    ...[...module.namedChildren()].map(
      ([name, child]): Member => ({ name, kind: "module", code: moduleCode(child, codeOf) }),
    ),
  ];
  const className = identifierOf(module.constructor.name, "Block");
  const block = path === "" ? className : `${path} (${className})`;
  const forward = sequential ? [] : forwardsOf(module, block, trace, constants);
  return { module, className, sequential, members, constants: constants.lines, forward };
}

const zeros = (shape: readonly number[]): Code => ({
  kind: "call",
  name: "torch.zeros",
  args: shape.length === 0 ? [size("()")] : shape.map((each) => size(String(each))),
});
const size = (value: string) => ({ label: "size", value: text(value), keyword: false });

function ownTensors(module: Module): Map<string, Parameter | Buffer> {
  const all = [...module.stateDict()] as [string, Parameter | Buffer][];
  return new Map(all.filter(([name]) => Object.hasOwn(module, name)));
}

function forwardsOf(module: Module, block: string, trace: Trace, constants: Constants): string[] {
  const calls = trace.calls.get(module) ?? [];
  const names = namesOf(module, block, constants);
  const made = calls.map((call) => writeForward(call, trace, names));
  const [first] = made;
  if (!first)
    return ["def forward(self, x):", '    raise NotImplementedError("was not called when the network was recorded")'];
  const other = made.findIndex((lines) => lines.join("\n") !== first.join("\n"));
  if (other < 0) return first;
  throw new ConvsmithError(
    `${block}: is called ${calls.length} times and does something else in call ${other + 1}, which one forward can't say`,
  );
}

function namesOf(module: Module, block: string, constants: Constants) {
  const modules = new Map<Module, { code: string; hint: string }>();
  const cells = new Map<Cell, string>();
  const visit = (at: Module, code: string, hint: string) => {
    for (const [name, tensor] of ownTensors(at)) {
      if (!cells.has(tensor.cell))
        cells.set(tensor.cell, isIdentifier(name) ? `${code}.${name}` : `getattr(${code}, ${pythonString(name)})`);
    }
    for (const [name, child] of at.namedChildren()) {
      if (modules.has(child)) continue;
      const index = isList(at) && /^\d+$/.test(name);
      const access = index
        ? `${code}[${name}]`
        : isIdentifier(name)
          ? `${code}.${name}`
          : `getattr(${code}, ${pythonString(name)})`;
      const made = { code: access, hint: /^\d/.test(name) ? `${hint}${hint === "" ? "layer" : ""}_${name}` : name };
      modules.set(child, made);
      visit(child, access, made.hint);
    }
  };
  visit(module, "self", "");
  return {
    block,
    constants,
    module: (each: Module) => modules.get(each) ?? null,
    cell: (cell: Cell) => cells.get(cell) ?? null,
  };
}
