import { pythonString } from "./python.ts";

/** An expression that makes a layer. Blocks of one class have the same one but for their texts. */
export type Code = Text | Call | List;

/** Numbers and words: what two blocks of one class may differ in. */
export interface Text {
  readonly kind: "text";
  readonly text: string;
}

export interface Argument {
  /** The parameter's name in PyTorch. */
  readonly label: string;
  readonly value: Code;
  /** Written as label=value. */
  readonly keyword: boolean;
  /** Left out where the value is this. */
  readonly usual?: string;
}

export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Argument[];
}

/** Layers in a list: each on a line of its own. */
export interface List {
  readonly kind: "list";
  readonly open: string;
  readonly close: string;
  readonly items: readonly { readonly name: string | null; readonly code: Code }[];
}

export const text = (value: string): Text => ({ kind: "text", text: value });

const width = 100;

/** The expression as source; what follows its first line is indented by `indent`. */
export function print(code: Code, indent: string): string {
  if (code.kind === "text") return code.text;
  if (code.kind === "call") {
    const args = code.args
      .filter(({ value, usual }) => usual === undefined || value.kind !== "text" || value.text !== usual)
      .map(({ label, value, keyword }) => `${keyword ? `${label}=` : ""}${print(value, indent)}`);
    const line = `${code.name}(${args.join(", ")})`;
    if (indent.length + line.length <= width || args.length < 2) return line;
    return `${code.name}(\n${args.map((each) => `${indent}    ${each.replaceAll("\n", "\n    ")},\n`).join("")}${indent})`;
  }
  if (code.items.length === 0) return `${code.open}${code.close}`;
  const inner = `${indent}    `;
  const lines = code.items.map(({ name, code: item }) => {
    const made = print(item, inner);
    return `${inner}${name === null ? made : `(${pythonString(name)}, ${made})`},\n`;
  });
  return `${code.open}\n${lines.join("")}${indent}${code.close}`;
}

/** The texts of an expression, in order, with the names of their parameters. `where`: the layer that it belongs to. */
export function textsOf(code: Code, label: string, where: string): { text: string; label: string; where: string }[] {
  if (code.kind === "text") return [{ text: code.text, label, where }];
  if (code.kind === "call") return code.args.flatMap((each) => textsOf(each.value, each.label, where));
  return code.items.flatMap(({ name, code: item }, at) => textsOf(item, label, `${where}_${name ?? at}`));
}

/** The same expression with other texts, given in the order of textsOf. */
export function withTexts(code: Code, next: () => string): Code {
  if (code.kind === "text") return text(next());
  if (code.kind === "call") {
    return { ...code, args: code.args.map((each) => ({ ...each, value: withTexts(each.value, next) })) };
  }
  return { ...code, items: code.items.map((each) => ({ ...each, code: withTexts(each.code, next) })) };
}

/** What is left of an expression without its texts: equal for blocks that can share a class. */
export function skeletonOf(code: Code): string {
  if (code.kind === "text") return "_";
  if (code.kind === "call") {
    return `${code.name}(${code.args.map((each) => `${each.label}=${skeletonOf(each.value)}`).join()})`;
  }
  return `${code.open}${code.items.map(({ name, code: item }) => `${name}:${skeletonOf(item)}`).join()}${code.close}`;
}
