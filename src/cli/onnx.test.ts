import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseNpy, readSafetensors, safetensorsFromFloat32, serializeNpy, toFloat32 } from "../formats/node.ts";
import { ModelSchema } from "../formats/onnx/model_pb.ts";
import { writeSafetensors } from "../formats/safetensors-file.ts";
import { callCli } from "../testing/call-cli.ts";
import { floats, onnxModel } from "../testing/onnx-model.ts";

let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
  // Three classes: the mean, twice the mean, and 1 less it.
  const classifier = onnxModel(
    [
      { opType: "Conv", name: "conv", input: ["x", "w", "b"], output: ["a"] },
      { opType: "GlobalAveragePool", name: "pool", input: ["a"], output: ["p"] },
      { opType: "Flatten", name: "flat", input: ["p"], output: ["y"] },
    ],
    [floats("w", [3, 1, 1, 1], [1, 2, -1]), floats("b", [3], [0, 0, 1])],
    ["N", 1, "height", "width"],
  );
  await writeFile(at("net.onnx"), toBinary(ModelSchema, classifier));
  const unknown = onnxModel(
    [
      { opType: "Relu", name: "first", input: ["x"], output: ["a"] },
      { opType: "NonZero", name: "second", input: ["a"], output: ["y"] },
    ],
    [],
    [1, 4],
  );
  await writeFile(at("unknown.onnx"), toBinary(ModelSchema, unknown));
  await writeFile(at("x.npy"), serializeNpy(safetensorsFromFloat32([1, 2, 3, 6], [1, 1, 2, 2])));
  await writeFile(at("row.npy"), serializeNpy(safetensorsFromFloat32([1, 2, 3, 6], [1, 4])));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("runs an ONNX file on the numbers of a file, and writes what comes out", async () => {
  const { good, out } = await callCli("run", at("net.onnx"), "--input", at("x.npy"), "-o", at("y.npy"));
  expect(good).toBe(true);
  expect(out).toBe(`output 1×3: min -2, max 6, mean 2.33333\nwrote ${at("y.npy")}\n`);
  const y = parseNpy(await readFile(at("y.npy")), "y.npy");
  expect(y.shape).toEqual([1, 3]);
  expect([...toFloat32(y)]).toEqual([3, 6, -2]);
});

it("reads and writes safetensors, and names the classes", async () => {
  await writeSafetensors(at("x.safetensors"), new Map([["x", safetensorsFromFloat32([1, 2, 3, 6], [1, 1, 2, 2])]]));
  await writeFile(at("labels.txt"), "cat\ndog\nbird\n");
  const input = ["--input", at("x.safetensors"), "-o", at("y.safetensors")];
  const { good, out } = await callCli("run", at("net.onnx"), ...input, "--top", "2", "--labels", at("labels.txt"));
  expect(good).toBe(true);
  expect(out).toContain("  dog  6\n  cat  3\n");
  const { tensors } = await readSafetensors(at("y.safetensors"));
  expect([...toFloat32(tensors.get("output")!)]).toEqual([3, 6, -2]);
});

it("runs a network that comes with weights, and refuses one that has none", async () => {
  const { good, out } = await callCli("run", "espcn-x2", "--input", at("x.npy"), "--json");
  expect(good).toBe(true);
  expect(JSON.parse(out).outputs.output.shape).toEqual([1, 1, 4, 4]);
  const bare = await callCli("run", "resnet18", "--input", at("x.npy"));
  expect(bare.good).toBe(false);
  expect(bare.err).toMatch(/^convsmith: resnet18: has no weights of its own\. Name some: --weights/);
});

it.each([
  ["summary", [], "conv   Conv 1→3, 1×1 "],
  ["plan", [], "conv"],
  ["field", ["--layer", "conv", "-o", "field.png"], "computed with  weights of "],
  ["check", ["--max-params", "10"], "6"],
  ["profile", [], "conv"],
] as const)("%s takes an ONNX file, with sizes for its named dimensions", async (command, more, expected) => {
  const rest = more.map((each) => (each.endsWith(".png") ? at(each) : each));
  const { good, out, err } = await callCli(command, at("net.onnx"), "--dim", "height=8", "width=8", ...rest);
  expect(good, err).toBe(true);
  expect(out).toContain(expected);
});

it("shows an ONNX file up to an operator that it does not know, and names it", async () => {
  const { good, out, err } = await callCli("summary", at("unknown.onnx"));
  expect(good).toBe(false);
  expect(out).toMatch(/first +Relu/);
  expect(err).toBe("convsmith: second (NonZero): the operator NonZero is not supported\n");
  const run = await callCli("run", at("unknown.onnx"), "--input", at("row.npy"));
  expect(run.err).toBe("convsmith: second (NonZero): the operator NonZero is not supported\n");
});

it.each([
  [["summary"], /leaves dimension 2 open\. Give --dim height=224, or --input/],
  [["summary", "--dim", "height=0"], /--dim must be a name and a size, such as batch=1, got height=0/],
  [["summary", "--dim", "depth=2"], /has no dimension depth, but the named dimensions N, height, width/],
  [["summary", "--input", "1x1x8x8", "--convention", "thop"], /thop counts by PyTorch's modules/],
  [["summary", "--input", "1x1x8x8", "--fold"], /--fold is for networks of PyTorch's modules/],
])("refuses %j", async ([command, ...options], message) => {
  const { good, err } = await callCli(command!, at("net.onnx"), ...options);
  expect(good).toBe(false);
  expect(err).toMatch(message);
});
