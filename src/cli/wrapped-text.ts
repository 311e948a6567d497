import { wrapped } from "../analysis/render/fit.ts";

/** Columns of the terminal; 100 where stdout is none. */
export const terminalColumns = (): number => process.stdout.columns ?? 100;

/** Whole words on lines of at most `width`: behind the spaces that the text begins with, and then behind `indent`. */
export function wrappedText(text: string, indent = "", width = terminalColumns()): string {
  const first = /^ */.exec(text)![0];
  const room = Math.max(1, width - Math.max(first.length, indent.length));
  return wrapped(text.trim(), room)
    .map((line, at) => (at === 0 ? first : indent) + line)
    .join("\n");
}
