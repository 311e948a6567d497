import type { Module } from "../../../nn/index.ts";
import type { Block } from "./blocks.ts";
import { type Argument, type Code, print, skeletonOf, text, textsOf, withTexts } from "./code.ts";
import { freeName, identifierOf, isIdentifier, pythonString } from "./python.ts";

/** A class that some blocks share: where they differ, its constructor has a parameter. */
export interface BlockClass {
  readonly source: string;
  /** What makes each of the blocks. */
  readonly codes: ReadonlyMap<Module, Code>;
}

interface Parameter {
  readonly name: string;
  /** By block. */
  readonly values: readonly string[];
  /** What most have, for a parameter that may be left out. */
  readonly usual: string | null;
}

/** Sorts blocks into classes: of one name, with the same layers and the same forward. `taken`: names of classes so far. */
export function classesOf(blocks: readonly Block[], taken: Set<string>): BlockClass[] {
  const groups = new Map<string, Block[]>();
  for (const block of blocks) {
    const { className, members, forward, constants } = block;
    const skeleton = members.map(({ name, kind, code }) => `${kind} ${name} ${skeletonOf(code)}`);
    const key = [className, ...skeleton, ...constants, ...forward].join("\n");
    groups.set(key, [...(groups.get(key) ?? []), block]);
  }
  const made: BlockClass[] = [];
  const firsts: Block[] = [];
  for (const group of groups.values()) {
    const name = freeName(nameFor(group[0]!, firsts), taken);
    firsts.push(group[0]!);
    made.push(classOf(name, group));
  }
  return made;
}

/** A second class of a name tells what it has that the first lacks: BasicBlockWithDownsample. */
function nameFor(block: Block, firsts: readonly Block[]): string {
  const first = firsts.find(({ className }) => className === block.className);
  if (!first) return block.className;
  const names = new Set(first.members.map(({ name }) => name));
  const more = block.members.filter(({ name }) => !names.has(name));
  if (more.length !== 1 || block.sequential) return block.className;
  const { name } = more[0]!;
  return `${block.className}With${identifierOf(name.charAt(0).toUpperCase() + name.slice(1), "More")}`;
}

function classOf(name: string, blocks: readonly Block[]): BlockClass {
  const texts = blocks.map(({ members }) => members.flatMap((each) => textsOf(each.code, "value", each.name)));
  const parameters: Parameter[] = [];
  const taken = new Set(["self"]);
  const body = texts[0]!.map(({ text: own, label: given, where }, at) => {
    let label = given;
    const values = texts.map((each) => each[at]!.text);
    if (values.every((each) => each === own)) return own;
    const same = parameters.find((each) => each.values.join("\0") === values.join("\0"));
    if (same) return same.name;
    const both = texts[0]!.filter((_, other) => texts.every((each, block) => each[other]!.text === values[block]));
    const sides = new Set(both.map((each) => each.label));
    if (sides.has("in_channels") && sides.has("out_channels")) label = "channels";
    const short = isIdentifier(label) && !taken.has(label) ? label : identifierOf(`${where}_${label}`, "value");
    const made = {
      name: freeName(short, taken),
      values,
      usual: /channels|features|size/.test(label) ? null : mostOf(values),
    };
    parameters.push(made);
    return made.name;
  });
  const ordered = [...parameters].sort((a, b) => Number(a.usual !== null) - Number(b.usual !== null));
  const codes = new Map(
    blocks.map((block, at) => {
      const args = ordered.map((each, index): Argument => {
        const keyword = each.usual !== null || index > 1;
        return {
          label: each.name,
          value: text(each.values[at]!),
          keyword,
          ...(each.usual !== null && { usual: each.usual }),
        };
      });
      return [block.module, { kind: "call", name, args } as const];
    }),
  );
  return { source: sourceOf(name, blocks[0]!, ordered, body), codes };
}

/** A value that more than half of the blocks have. */
function mostOf(values: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].find(([, count]) => count > values.length / 2)?.[0] ?? null;
}

function sourceOf(name: string, block: Block, parameters: readonly Parameter[], body: readonly string[]): string {
  const next = body.values();
  const codes = block.members.map(({ code }) => withTexts(code, () => next.next().value!));
  const given = parameters.map((each) => (each.usual === null ? each.name : `${each.name}=${each.usual}`));
  const head = `    def __init__(${["self", ...given].join(", ")}):`;
  const lines = [`class ${name}(${block.sequential ? "nn.Sequential" : "nn.Module"}):`];
  const numbered = block.members.every((each, at) => each.name === String(at));
  if (block.sequential && numbered) {
    lines.push(head, "        super().__init__(");
    for (const code of codes) lines.push(`            ${print(code, "            ")},`);
    return `${[...lines, "        )"].join("\n")}\n`;
  }
  lines.push(head, "        super().__init__()");
  for (const [at, { name: member, kind }] of block.members.entries()) {
    const code = print(codes[at]!, "        ");
    lines.push(`        ${memberLine(member, kind, code)}`);
  }
  for (const line of block.constants) lines.push(`        ${line}`);
  if (!block.sequential) lines.push("", ...block.forward.map((line) => `    ${line}`));
  return `${lines.join("\n")}\n`;
}

function memberLine(name: string, kind: Block["members"][number]["kind"], code: string): string {
  const value = kind === "module" ? code : kind === "parameter" ? `nn.Parameter(${code})` : code;
  if (kind === "buffer") return `self.register_buffer(${pythonString(name)}, ${value})`;
  if (isIdentifier(name)) return `self.${name} = ${value}`;
  return `self.${kind === "module" ? "add_module" : "register_parameter"}(${pythonString(name)}, ${value})`;
}
