import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseNpy, safetensorsFromFloat32, serializeNpy, toFloat32 } from "../formats/node.ts";
import { callCli } from "../testing/call-cli.ts";

let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
  const x = safetensorsFromFloat32(
    Array.from({ length: 2 * 5 * 7 }, (_, index) => Math.sin(index)),
    [2, 1, 5, 7],
  );
  await writeFile(at("x.npy"), serializeNpy(x));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("writes a network as ONNX that gives the same numbers, for any size of picture", async () => {
  const { good, out, err } = await callCli("export", "espcn-x3", "--to", "onnx", "-o", at("espcn.onnx"));
  expect(err).toBe("");
  expect(good).toBe(true);
  expect(out).toContain("opset 17, 7 nodes\ninput [batch, 1, height, width] → output [batch, 1, 3*height, 3*width]\n");
  expect(out).toContain("any size: batch, height, width\nweights: espcn-x3\n");
  for (const [model, y] of [["espcn-x3", "own.npy"] as const, [at("espcn.onnx"), "read.npy"] as const]) {
    const run = await callCli("run", model, "--input", at("x.npy"), "-o", at(y));
    expect(run.err).toBe("");
  }
  const [own, read] = await Promise.all(["own.npy", "read.npy"].map(async (y) => parseNpy(await readFile(at(y)), y)));
  expect(read!.shape).toEqual([2, 1, 15, 21]);
  expect([...toFloat32(read!)]).toEqual([...toFloat32(own!)]);
});

it("says which sizes are fixed, and why", async () => {
  const { out } = await callCli("export", "lenet", "--to", "onnx", "-o", at("lenet.onnx"), "--opset", "20", "--json");
  const facts = JSON.parse(out);
  expect(facts).toMatchObject({ to: "onnx", opset: 20, nodes: 10, weights: null });
  expect(facts.inputs[0].dimensions).toEqual(["batch", 1, 28, 28]);
  expect(facts.fixed[0]).toEqual({
    axis: 2,
    name: "height",
    reason: "fc1 (Linear 800→500): needs 800 input features in the last dimension",
  });
});

it.each([
  [["espcn-x3", "--to", "onnx", "-o", "net.txt"], /-o must be a \.onnx file, got .*net\.txt/],
  [["espcn-x3", "--to", "onnx", "-o", "nowhere/net.onnx"], /cannot write: .*nowhere is no folder/],
  [["espcn-x3", "--to", "tflite", "-o", "net.onnx"], /--to must be one of onnx.*, got tflite/],
  [["espcn-x3", "--to", "onnx", "-o", "net.onnx", "--opset", "11"], /opset needs a whole number from 17 to 23, got 11/],
  [["espcn-x3", "--to", "onnx", "-o", "net.onnx", "--input", "1x3x8x8"], /needs 1 input channel/],
])("refuses %j", async ([model, ...rest], message) => {
  const { good, err } = await callCli("export", model!, ...rest.map((each) => (/^n.*\./.test(each) ? at(each) : each)));
  expect(good).toBe(false);
  expect(err).toMatch(message);
});
