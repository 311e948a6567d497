import { tensorsIn } from "../../../analysis/recording.ts";
import type { Cell } from "../../../core/cell.ts";
import { ConvsmithError } from "../../../core/errors.ts";
import type { Node } from "../../../core/node.ts";
import { pythonNumber } from "../../../core/pytorch.ts";
import { sameShape } from "../../../core/shape.ts";
import type { Module } from "../../../nn/index.ts";
import { constantOp } from "../../../ops/index.ts";
import { pytorchRules } from "../../../ops/pytorch.ts";
import { Tensor } from "../../../tensor/index.ts";
import type { Constants } from "./constants.ts";
import { isIdentifier, pythonString } from "./python.ts";
import type { Trace, TracedCall } from "./trace.ts";
import { nameValues, type Statement } from "./variables.ts";

/** How a block names what is inside it. */
export interface Names {
  /** The block, for messages: "layer1.0 (BasicBlock)". */
  readonly block: string;
  /** "self.layer1[0]"; null for a module that is not inside. */
  module(module: Module): { readonly code: string; readonly hint: string } | null;
  /** "self.conv.weight"; null for a parameter that is not inside. */
  cell(cell: Cell): string | null;
  readonly constants: Constants;
}

interface Line extends Statement<Node> {
  readonly write: (operand: (node: Node) => string) => string;
}

/** The method forward of a block, as lines without indentation. @throws ConvsmithError that names what has no form in PyTorch. */
export function writeForward(call: TracedCall, trace: Trace, names: Names): string[] {
  return new Forward(call, trace, names).lines();
}

class Forward {
  readonly #call: TracedCall;
  readonly #trace: Trace;
  readonly #names: Names;
  /** What lines give, and the block is given. */
  readonly #known = new Set<Node>();
  /** What is written where it is used: numbers, parameters, and what is worked out from these alone. */
  readonly #inline = new Map<Node, string>();
  /** Single numbers that are needed as tensors. */
  readonly #tensors = new Map<Node, string>();

  constructor(call: TracedCall, trace: Trace, names: Names) {
    this.#call = call;
    this.#trace = trace;
    this.#names = names;
    for (const node of call.inputs) this.#known.add(node);
  }

  lines(): string[] {
    const all = this.#call.items.flatMap((item) => this.#line(item) ?? []);
    const outputs = tensorsIn(this.#call.output).map(({ node }) => this.#original(node));
    const needed = neededOf(all, outputs);
    for (const node of outputs) if (!this.#known.has(node)) this.#tensor(node, null);
    const { names, parameters } = nameValues(this.#call.inputs, needed, outputs);
    const operand = (node: Node) => names.get(node) ?? this.#tensor(node, null);
    const lines = needed.map((line) => {
      const targets = line.targets.map((target) => names.get(target)!);
      return { targets, code: line.write(operand) };
    });
    const result = outputText(this.#call.output, (node) => operand(this.#original(node)));
    const last = lines.at(-1);
    const body = lines.map(({ targets, code }) => `${targets.join(", ")} = ${code}`);
    if (last && last.targets.length === 1 && result === last.targets[0]) body.splice(-1, 1, `return ${last.code}`);
    else body.push(`return ${result}`);
    return [`def forward(${["self", ...parameters].join(", ")}):`, ...body.map((line) => `    ${line}`)];
  }

  #line(item: TracedCall | Node): Line | null {
    return "items" in item ? this.#calledModule(item) : this.#recordedOp(item);
  }

  #calledModule(call: TracedCall): Line {
    const found = this.#names.module(call.module);
    if (!found) throw this.#error(`calls a module ${call.module.constructor.name} that is not inside it`);
    const operands = call.inputs.map((node) => this.#original(node));
    for (const node of operands) if (!this.#known.has(node)) this.#tensor(node, null);
    const targets = tensorsIn(call.output).map(({ node }) => node);
    for (const target of targets) this.#known.add(target);
    const named = targets.length > 1 && !Array.isArray(call.output);
    return {
      targets,
      operands: operands.filter((node) => this.#known.has(node)),
      hint: found.hint,
      write: (operand) => `${found.code}(${operands.map(operand).join(", ")})${named ? ".values()" : ""}`,
    };
  }

  #recordedOp(node: Node): Line | null {
    if (this.#trace.unchanged.has(node)) return null;
    const inputs = node.inputs.map((input) => this.#original(input));
    const live = inputs.filter((input) => this.#known.has(input));
    if (live.length === 0) return null;
    this.#known.add(node);
    return {
      targets: [node],
      operands: live,
      hint: node.op.name,
      write: (operand) => this.#expression(node, operand),
    };
  }

  #expression(node: Node, operand: (node: Node) => string): string {
    const rule = pytorchRules.get(node.op);
    // A number spreads over a tensor of the result's shape; anything else needs a tensor.
    const spreads =
      node.op.kind === "elementwise" &&
      node.inputs.some((each) => !isNumber(each) && sameShape(each.shape, node.shape));
    const inputs = node.inputs.map((input) => {
      const original = this.#original(input);
      return wrapped(spreads && isNumber(original) ? this.#inlined(original, node) : operand(original));
    });
    const code = rule?.(inputs, node.inputs, node.attributes, node, this.#trace.batchAxis);
    if (code) return code;
    const why = rule ? "with these attributes has no form in PyTorch" : "has no form in PyTorch";
    throw this.#error(`the op ${node.op.name} ${why}, so the network can't be exported`);
  }

  /** A value that no line gives, as a tensor. */
  #tensor(node: Node, user: Node | null): string {
    if (!isNumber(node)) return this.#inlined(node, user);
    const data = node.source?.kind === "data" ? node.source.data : [node.attributes.value as number];
    const found = this.#tensors.get(node) ?? this.#names.constants.take(node.shape, data, this.#names.block);
    this.#tensors.set(node, found);
    return found;
  }

  /** A value that no line gives. */
  #inlined(node: Node, user: Node | null): string {
    const found = this.#inline.get(node) ?? this.#written(node, user);
    this.#inline.set(node, found);
    return found;
  }

  #written(node: Node, user: Node | null): string {
    const { source } = node;
    if (source?.kind === "cell") {
      const code = this.#names.cell(source.cell);
      if (code !== null) return code;
      throw this.#error(`uses ${source.cell.name}, which is not inside it`);
    }
    if (source?.kind === "data") {
      if (isNumber(node)) return shortest(source.data[0]!);
      return this.#names.constants.take(node.shape, source.data, this.#names.block);
    }
    if (node.inputs.length === 0 && !pytorchRules.has(node.op)) {
      throw this.#error(`the op ${node.op.name} has no form in PyTorch, so the network can't be exported`);
    }
    const belongs = node.scope === null || !this.#call.items.some((item) => item === node);
    if (belongs && node.inputs.some((input) => !this.#isFixed(input))) {
      throw this.#error(
        `uses a tensor that another module keeps to itself (of ${node.op.name}${user ? `, in ${user.op.name}` : ""})`,
      );
    }
    return this.#expression(node, (input) => this.#tensor(input, node));
  }

  #isFixed(node: Node): boolean {
    return (
      node.source !== null ||
      this.#inline.has(node) ||
      (node.inputs.every((input) => this.#isFixed(this.#original(input))) && node.op.kind !== "leaf")
    );
  }

  /** A block that gives its input back is no line: the value stays what it was. */
  #original(node: Node): Node {
    let current = node;
    while (!this.#known.has(current)) {
      const before = this.#trace.unchanged.get(current);
      if (!before) break;
      current = before;
    }
    return current;
  }

  #error(problem: string): ConvsmithError {
    return new ConvsmithError(`${this.#names.block}: ${problem}`);
  }
}

/** One float: written as such where it meets a tensor. */
const isNumber = ({ op, source }: Node): boolean =>
  op === constantOp || (source?.kind === "data" && source.data.length === 1 && source.data instanceof Float32Array);

/** Lines whose results nobody reads are left out. */
function neededOf(lines: readonly Line[], outputs: readonly Node[]): Line[] {
  const read = new Set(outputs);
  const needed: Line[] = [];
  for (const line of lines.toReversed()) {
    if (!line.targets.some((target) => read.has(target))) continue;
    for (const operand of line.operands) read.add(operand);
    needed.unshift(line);
  }
  return needed;
}

function outputText(output: unknown, operand: (node: Node) => string): string {
  if (output instanceof Tensor) return operand(output.node);
  const entries = Object.entries(output as object).filter(([, each]) => tensorsIn(each).length > 0);
  if (Array.isArray(output)) return `(${entries.map(([, each]) => `${outputText(each, operand)},`).join(" ")})`;
  return `{${entries.map(([name, each]) => `${pythonString(name)}: ${outputText(each, operand)}`).join(", ")}}`;
}

/** The fewest digits that are this float32. */
function shortest(value: number): string {
  if (!Number.isFinite(value)) return pythonNumber(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return pythonNumber(text);
  }
  return pythonNumber(value);
}

/** In brackets, unless it is a name, a number, a call or an index. */
function wrapped(code: string): string {
  if (isIdentifier(code) || /^[\d.]+(e[-+]?\d+)?$/.test(code)) return code;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < code.length; at++) {
    const character = code[at]!;
    if (character === '"' && code[at - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if ("([".includes(character)) depth++;
    else if (")]".includes(character)) depth--;
    else if (depth === 0 && /[\s*+/<=>-]/.test(character)) return `(${code})`;
  }
  return code;
}
