import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeImage } from "../data/node.ts";
import { readSafetensors, safetensorsFromFloat32, serializeNpy, toFloat32 } from "../formats/node.ts";
import { ModelSchema } from "../formats/onnx/model_pb.ts";
import { ValueSchema } from "../formats/onnx/value_pb.ts";
import { callCli } from "../testing/call-cli.ts";
import { longChain, onnxModel } from "../testing/onnx-model.ts";

let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
  const pair = onnxModel(
    [
      { opType: "Sub", name: "sub", input: ["x", "second"], output: ["y"] },
      { opType: "Relu", name: "relu", input: ["y"], output: ["z"] },
    ],
    [],
    [1, 1, 2, 2],
  );
  const { type } = pair.graph!.input[0]!;
  pair.graph!.input.push(create(ValueSchema, { name: "second", ...(type && { type }) }));
  pair.graph!.output.push(create(ValueSchema, { name: "z" }));
  await writeFile(at("pair.onnx"), toBinary(ModelSchema, pair));
  await writeFile(at("long.onnx"), toBinary(ModelSchema, longChain(1000)));
  await writeFile(at("a.npy"), serializeNpy(safetensorsFromFloat32([1, 2, 3, 4], [1, 1, 2, 2])));
  await writeFile(at("b.npy"), serializeNpy(safetensorsFromFloat32([4, 3, 2, 1], [1, 1, 2, 2])));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("runs a file of several inputs, given by name in any order, and writes each output under its name", async () => {
  const inputs = [`--input=second=${at("b.npy")}`, "--input", `x=${at("a.npy")}`];
  const { good, out, err } = await callCli("run", ...inputs, at("pair.onnx"), "-o", at("out.safetensors"));
  expect(good, err).toBe(true);
  expect(out).toMatch(/^y 1×1×2×2: min -3, max 3, mean 0\nz 1×1×2×2: min 0, max 3, mean 1\n/);
  const { tensors } = await readSafetensors(at("out.safetensors"));
  expect([...tensors].map(([name, tensor]) => [name, [...toFloat32(tensor)]])).toEqual([
    ["y", [-3, -1, 1, 3]],
    ["z", [0, 0, 1, 3]],
  ]);
});

it.each([
  [["run", "pair.onnx", "--input", "x=a.npy"], /its inputs are x, second, and --input names x\. Give --input x=x\.npy/],
  [["run", "pair.onnx", "--input", "x=a.npy", "--input", "x=b.npy"], /--input names an input twice/],
  [["run", "espcn-x2", "--input", "x=a.npy"], /espcn-x2: --input NAME=FILE is for \.onnx files\. Give --input FILE\./],
  [["run", "pair.onnx", "--input", "a.npy"], /needs 2 inputs \(x, second\), got 1/],
  [
    ["run", "pair.onnx", "--input", "x=a.npy", "--input", "second=b.png"],
    /--input second must be a \.npy or \.safetensors file, got b\.png/,
  ],
  [["summary", "pair.onnx"], /has 2 inputs \(x, second\): only networks of one are taken here/],
  [
    ["evaluate", "pair.onnx", "--data", "."],
    /evaluate needs one input and one output, got inputs \[x, second\] and outputs \[y, z\]/,
  ],
])("refuses %j", async (args, message) => {
  const placed = args.map((each) => each.replace(/(^|=)(\w+\.(?:npy|onnx))$/, (_, before, name) => before + at(name)));
  const { good, err } = await callCli(...placed);
  expect(good).toBe(false);
  expect(err).toMatch(message);
});

it.each([
  ["numbers", "lr=0.1.npy"],
  ["a picture", "height=2.png"],
])("takes %s in a file whose name has a =", async (_kind, name) => {
  if (name.endsWith(".npy")) await copyFile(at("a.npy"), at(name));
  else await writeImage(at(name), { width: 2, height: 2, channels: 1, bits: 8, data: Uint8Array.of(0, 80, 160, 240) });
  const { good, out, err } = await callCli("run", "espcn-x2", "--input", at(name), "--json");
  expect(good, err).toBe(true);
  expect(JSON.parse(out).outputs.output.shape).toEqual([1, 1, 4, 4]);
});

it("writes several outputs to one .npy file not at all", async () => {
  const inputs = ["--input", `x=${at("a.npy")}`, "--input", `second=${at("b.npy")}`];
  const { good, err } = await callCli("run", at("pair.onnx"), ...inputs, "-o", at("out.npy"));
  expect(good).toBe(false);
  expect(err).toMatch(/out\.npy: holds one output, and there are 2: use -o y\.safetensors/);
});

it("summarises a file of a thousand nodes, a row for each", async () => {
  const { good, out, err } = await callCli("summary", at("long.onnx"), "--json");
  expect(good, err).toBe(true);
  const { layers, totals } = JSON.parse(out);
  expect(layers).toHaveLength(1000);
  // The stem, and a 3×3 convolution 8→8 for every even place but those of the 166 additions.
  expect(totals.parameters).toBe(3 * 8 * 9 + (499 - 166) * 8 * 8 * 9);
  // Every 3×3 convolution of stride 1 adds 2 to the first one's 3.
  expect(layers.at(-1).receptiveField.height.size).toBe(3 + 2 * 333);
});
