import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { moduleOf } from "./example-scope.ts";
import { type Example, examplesBelow, examplesOf } from "./extract-examples.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
// Inside the repository, so that the snippets resolve convsmith and its dependencies; a folder for each run.
const folder = `${root}.cache/examples-${process.pid}`;

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(example: Example, below = folder): string {
  const path = `${below}/${example.file.replaceAll("/", "-").replace(/\.ts$/, "")}-${example.line}.ts`;
  writeFileSync(path, moduleOf(example, root));
  return path;
}

/** Runs a snippet as a module of its own and gives what it logged. */
async function run(example: Example): Promise<unknown[][]> {
  const path = write(example);
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

test("every @example has the right types", () => {
  const below = `${folder}/types`;
  mkdirSync(below);
  for (const example of examples) write(example, below);
  const compilerOptions = { rootDir: "../../..", noUnusedLocals: false, rewriteRelativeImportExtensions: false };
  writeFileSync(
    `${below}/tsconfig.json`,
    JSON.stringify({ extends: "../../../tsconfig.json", compilerOptions, include: ["*.ts"] }),
  );
  const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
  expect(spawnSync(process.execPath, [tsc, "-p", below], { encoding: "utf8" }).stdout).toBe("");
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

  test("an internal snippet sees its file's exports, and imports from where its file stands", async () => {
    const code =
      'import { dataNode } from "../../core/node.ts";\nconsole.log(sum(dataNode(new Float32Array(6), [2, 3]), [1]).shape);';
    expect(await run({ file: "src/ops/sum-expand/sum.ts", line: 0, code })).toEqual([[[2]]]);
    await expect(run({ file: "src/data/color.ts", line: 0, code: "rgbToYcbcr();" })).rejects.toThrow("not defined");
  });

  test("a snippet that is wrong fails", async () => {
    const failing = (line: number, code: string) => run({ file: "failing.ts", line, code });
    await expect(failing(1, 'throw new Error("shown");')).rejects.toThrow("shown");
    await expect(failing(2, "let = ;")).rejects.toThrow();
    await expect(failing(3, 'import { renderNothing } from "convsmith/formats";\nrenderNothing();')).rejects.toThrow();
    expect(await failing(4, "const x: number = 3;\nconsole.log(x);")).toEqual([[3]]);
  });
});
