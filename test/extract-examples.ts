import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A snippet of a doc comment, with where its tag stands. */
export interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

/** Every `@example` in the doc comments of `text`: it goes on to the next tag or the end of its comment. */
export function examplesOf(text: string, file: string): Example[] {
  const examples: Example[] = [];
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = comment[0].slice(3, -2).split("\n");
    const bare = lines.map((line, index) => (index === 0 ? line : line.replace(/^\s*\* ?/, "")));
    const firstLine = text.slice(0, comment.index).split("\n").length;
    let current: { line: number; code: string[] } | undefined;
    const close = () => {
      if (current) examples.push({ file, line: current.line, code: clean(current.code) });
      current = undefined;
    };
    bare.forEach((line, index) => {
      const [, tag, rest] =
        /^\s*@(\w+)(.*)$/.exec(line) ?? (index === 0 ? (/^.*\s@(example)\b(.*)$/.exec(line) ?? []) : []);
      if (tag !== undefined) close();
      if (tag === "example") current = { line: firstLine + index, code: [rest ?? ""] };
      else current?.code.push(line);
    });
    close();
  }
  return examples;
}

function clean(lines: readonly string[]): string {
  return lines
    .filter((line) => !/^\s*```/.test(line))
    .join("\n")
    .trim();
}

/** All examples of the .ts files below `folder`. */
export function examplesBelow(folder: string): Example[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .sort()
    .flatMap((file) => examplesOf(readFileSync(join(folder, file), "utf8"), `src/${file.replaceAll("\\", "/")}`));
}
