import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Example, examplesBelow, examplesOf } from "./extract-examples.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
// Inside the repository, so that the snippets resolve convsmith and its dependencies; a folder for each run.
const folder = `${root}.cache/examples-${process.pid}`;

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a snippet as a module of its own and gives what it logged. */
async function run({ file, line, code }: Example): Promise<unknown[][]> {
  const path = `${folder}/${file.replaceAll("/", "-").replace(/\.ts$/, "")}-${line}.ts`;
  writeFileSync(path, `${code}\nexport {};\n`);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ path);
    return log.mock.calls;
  } finally {
    log.mockRestore();
  }
}

const examples = examplesBelow(`${root}src`);

describe("every @example runs as it stands", () => {
  test("there are some", () => expect(examples.length).toBeGreaterThan(0));
  test.each(examples.map((example) => [`${example.file}:${example.line}`, example] as const))(
    "%s",
    async (_, example) => {
      expect(example.code).not.toBe("");
      await run(example);
    },
  );
});

describe("the extraction", () => {
  test("finds code after the tag, below it, between fences, and to the next tag", () => {
    const text = [
      "/** Adds. @example add(1, 2) */",
      "export function add() {}",
      "/**",
      " * Two. @see add",
      " * @example",
      " * ```ts",
      " * if (x) {",
      " *   y();",
      " * }",
      " * ```",
      " * @example z()",
      " * @returns nothing",
      " */",
      "// @example not in a doc comment",
    ].join("\n");
    expect(examplesOf(text, "a.ts")).toEqual([
      { file: "a.ts", line: 1, code: "add(1, 2)" },
      { file: "a.ts", line: 5, code: "if (x) {\n  y();\n}" },
      { file: "a.ts", line: 11, code: "z()" },
    ]);
  });

  test("a snippet that is wrong fails", async () => {
    const failing = (line: number, code: string) => run({ file: "failing.ts", line, code });
    await expect(failing(1, 'throw new Error("shown");')).rejects.toThrow("shown");
    await expect(failing(2, "let = ;")).rejects.toThrow();
    await expect(failing(3, 'import { renderNothing } from "convsmith/formats";\nrenderNothing();')).rejects.toThrow();
    expect(await failing(4, "const x: number = 3;\nconsole.log(x);")).toEqual([[3]]);
  });
});
