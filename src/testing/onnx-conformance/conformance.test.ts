import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "@bufbuild/protobuf";
import { afterAll, expect, it } from "vitest";
import { ValueSchema } from "../../formats/onnx/value_pb.ts";
import { floats, ints, onnxModel } from "../onnx-model.ts";
import { conformance } from "./command.ts";
import { writeCase } from "./write-case.ts";

const folder = mkdtempSync(join(tmpdir(), "convsmith-conformance-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const single = (opType: string, ...input: string[]) => onnxModel([{ opType, input, output: ["y"] }], [], [3]);
const declared = (name: string, elemType: number) => create(ValueSchema, { name, type: { tensorType: { elemType } } });
const x = floats("x", [3], [-1, 0, 2]);
const y = floats("y", [3], [0, 0, 2]);

it("runs a folder on both devices, and names what is skipped", async () => {
  const good = join(folder, "good");
  writeCase(join(good, "test_relu"), single("Relu", "x"), [x], [y]);
  writeCase(join(good, "test_imagined"), single("Imagined", "x"), [x], [y]);
  // The shape is an input of its own, which decides what is recorded.
  const reshape = single("Reshape", "x", "shape");
  reshape.graph!.input.push(declared("shape", 7));
  writeCase(join(good, "test_reshape"), reshape, [x, ints("shape", [3, 1])], [floats("y", [3, 1], [-1, 0, 2])]);
  const strings = single("Identity", "x");
  strings.graph!.output = [declared("y", 8)];
  writeCase(join(good, "test_strings"), strings, [x], [y]);
  const { output, error, code } = await conformance([good]);
  expect(error).toBe("");
  expect(output.split("\n")).toEqual([
    "operator           pass           fail  not supported",
    "Identity              -              -              1",
    "Imagined              -              -              1",
    "Relu                  1              -              -",
    "Reshape               1              -              -",
    "",
    "skipped:",
    "  test_imagined: operator not supported: Imagined",
    "  test_strings: strings",
    "",
    "2 passed, 0 failed, 2 skipped",
  ]);
  expect(code).toBe(0);
});

it("ends with 1 where a case fails, and says how", () => {
  const bad = join(folder, "bad");
  writeCase(join(bad, "test_relu"), single("Relu", "x"), [x], [floats("y", [3], [0, 0, 3])]);
  writeCase(join(bad, "test_shape"), single("Relu", "x"), [x], [floats("y", [1, 3], [0, 0, 2])]);
  writeCase(join(bad, "test_kind"), single("Relu", "x"), [x], [ints("y", [0, 0, 2])]);
  const { stdout, status } = spawnSync(process.execPath, ["--import", "tsx", "scripts/conformance.ts", bad], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    encoding: "utf8",
  });
  expect(stdout).toMatch(
    /test_relu: reference: .*: it is 2 at element 2, not 3; wasm: .*: it is 2 at element 2, not 3\n/,
  );
  expect(stdout).toContain("test_shape: reference: output y: its shape is [3], not [1, 3];");
  expect(stdout).toContain("test_kind: reference: output y: its numbers are of kind float, not int;");
  expect(stdout).toMatch(/\n0 passed, 3 failed, 0 skipped\n$/);
  expect(status).toBe(1);
});

it("refuses what is no folder of cases in one line", async () => {
  mkdirSync(join(folder, "empty"));
  for (const [args, message] of [
    [[join(folder, "none")], "none: there is no such folder"],
    [[join(folder, "empty")], "empty: holds no cases, which are folders with a model.onnx and test_data_set_0"],
    [[], "needs one folder: npm run conformance -- DIR [--device reference|wasm|both]"],
    [[folder, "--device", "abacus"], "unknown device abacus. Use reference, wasm or both."],
  ] as const) {
    const { output, error, code } = await conformance(args);
    expect(error).toMatch(/^conformance: .*$/);
    expect(error).toContain(message);
    expect([output, code]).toEqual(["", 1]);
  }
});
