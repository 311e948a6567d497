import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs a check on a tree of the given files. */
function check(script: string, files: Record<string, string>): { status: number | null; lines: string[] } {
  const root = mkdtempSync(join(tmpdir(), "convsmith-check-"));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [path, root], { encoding: "utf8" });
  return { status, lines: stderr.split("\n").filter(Boolean) };
}

describe("check-floors", () => {
  const floors = (files: Record<string, string>) => check("check-floors.mjs", files);

  test("accepts imports that go down, and what tests may do", () => {
    const { status, lines } = floors({
      "src/index.ts": 'export * from "./nn/linear.ts";\n',
      "src/core/node.ts": "export const node = 1;\n",
      "src/core/node.test.ts": 'import { close } from "../testing/close.ts";\nimport * as all from "../index.ts";\n',
      "src/testing/close.ts": 'import { node } from "../core/node.ts";\nimport * as all from "../index.ts";\n',
      "src/ops/index.ts": 'import { relu } from "./relu/relu.ts";\n',
      "src/ops/shared.ts": 'import { node } from "../core/node.ts";\n',
      "src/ops/relu/relu.ts": 'import { shared } from "../shared.ts";\nimport "../../core/node.ts";\n',
      "src/nn/linear.ts":
        '/** import { x } from "../cli/main.ts"; */\n// import "../cli/main.ts"\nimport { relu } from "../ops/relu/relu.ts";\n',
      "src/cli/main.ts": 'const { node } = await import("../core/node.ts");\n',
    });
    expect(lines).toEqual([]);
    expect(status).toBe(0);
  });

  test.each([
    ["a plain import", 'import { Conv2d } from "../nn/conv2d.ts";\n'],
    ["a type-only import", 'import type { Conv2d } from "../nn/conv2d.ts";\n'],
    ["an import over several lines", 'import {\n  Conv2d,\n  type Other,\n} from "../nn/conv2d.ts";\n'],
    ["an import for its effect", 'import "../nn/conv2d.ts";\n'],
    ["an export from", 'export * from "../nn/conv2d.ts";\n'],
    ["a dynamic import", 'const nn = await import("../nn/conv2d.ts");\n'],
    ["an import in a type", 'export type Layer = import("../nn/conv2d.ts").Conv2d;\n'],
    ["a worker", 'new Worker(new URL("../nn/conv2d.ts", import.meta.url));\n'],
  ])("refuses to go up by %s", (_, text) => {
    const { status, lines } = floors({ "src/core/node.ts": text, "src/nn/conv2d.ts": "export class Conv2d {}\n" });
    expect(lines).toEqual([
      "check-floors: src/core/node.ts (floor 0) imports src/nn/conv2d.ts (floor 4): imports only go down",
    ]);
    expect(status).toBe(1);
  });

  test("tests may look at any floor", () => {
    const files = { "src/core/node.test.ts": 'import { Conv2d } from "../nn/conv2d.ts";\n', "src/nn/conv2d.ts": "" };
    expect(floors(files).status).toBe(0);
  });

  test("refuses src/index.ts, src/testing/ and files outside src/ in code that is shipped", () => {
    const { lines } = floors({
      "src/nn/a.ts": 'import "../index.ts";\nimport "../testing/close.ts";\nimport "../../fixtures/data.ts";\n',
      "src/index.ts": "",
      "src/testing/close.ts": "",
    });
    expect(lines.map((line) => line.replace("check-floors: src/nn/a.ts ", ""))).toEqual([
      "(floor 4) imports src/index.ts (floor 7): imports only go down",
      "imports src/testing/close.ts, which is for tests only",
      "imports fixtures/data.ts, which is not in src/ and so not in the package",
    ]);
  });

  test("refuses a circle of rooms, also a longer one and one of ops", () => {
    const { status, lines } = floors({
      "src/analysis/a.ts": 'import "../data/d.ts";\n',
      "src/data/d.ts": 'import type { M } from "../models/m.ts";\n',
      "src/models/m.ts": 'import "../analysis/b.ts";\n',
      "src/analysis/b.ts": "",
      "src/ops/sum/sum.ts": 'import "../expand/expand.ts";\n',
      "src/ops/expand/expand.ts": 'import "../sum/other.ts";\n',
      "src/ops/sum/other.ts": "",
    });
    expect(status).toBe(1);
    expect(lines).toEqual([
      "check-floors: rooms of one floor import each other in a circle: src/analysis/a.ts → src/data/d.ts, src/data/d.ts → src/models/m.ts, src/models/m.ts → src/analysis/b.ts",
      "check-floors: rooms of one floor import each other in a circle: src/ops/expand/expand.ts → src/ops/sum/other.ts, src/ops/sum/sum.ts → src/ops/expand/expand.ts",
    ]);
  });

  test("refuses a room that is on no floor", () => {
    expect(floors({ "src/utils/x.ts": "" }).lines[0]).toContain("src/utils/ is on no floor");
  });
});

describe("check-rooms", () => {
  const rooms = (files: Record<string, string>) => check("check-rooms.mjs", files);
  const good = {
    "src/ops/index.ts": 'import { relu } from "./relu/relu.ts";\n',
    "src/ops/relu/relu.ts": "\n".repeat(400),
    "src/ops/relu/relu.test.ts": "",
  };

  test("accepts a room that is listed and tested", () => {
    expect(rooms(good)).toEqual({ status: 0, lines: [] });
  });

  test("refuses an unlisted and an untested room, also where the list only mentions it", () => {
    const index = `${good["src/ops/index.ts"]}// import { sum } from "./sum/sum.ts";\n`;
    const { status, lines } = rooms({ ...good, "src/ops/index.ts": index, "src/ops/sum/sum.ts": "" });
    expect(lines).toEqual([
      "check-rooms: src/ops/sum/ is not listed in src/ops/index.ts",
      "check-rooms: src/ops/sum/ has no *.test.ts",
    ]);
    expect(status).toBe(1);
  });

  test("refuses rooms without a list", () => {
    const { "src/ops/index.ts": _, ...rest } = good;
    expect(rooms(rest)).toEqual({ status: 1, lines: ["check-rooms: src/ops/relu/ is not listed in src/ops/index.ts"] });
  });

  test("refuses a file of 401 lines", () => {
    const { status, lines } = rooms({ ...good, "src/nn/big.ts": "x\n".repeat(401) });
    expect(lines).toEqual(["check-rooms: src/nn/big.ts has 401 lines, more than 400; split it by subject"]);
    expect(status).toBe(1);
  });
});
