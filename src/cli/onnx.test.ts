import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseNpy, readSafetensors, safetensorsFromFloat32, serializeNpy, toFloat32 } from "../formats/node.ts";
import { ModelSchema } from "../formats/onnx/model_pb.ts";
import { ValueSchema } from "../formats/onnx/value_pb.ts";
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
  const unknown = (valueInfo: readonly string[] = []) => {
    const model = onnxModel(
      [
        { opType: "Conv", name: "first", input: ["x", "v"], output: ["a"] },
        { opType: "Oddity", name: "second", input: ["a"], output: ["b"] },
        { opType: "Relu", name: "third", input: ["b"], output: ["c"] },
        { opType: "Conv", name: "last", input: ["c", "u"], output: ["y"] },
      ],
      [floats("v", [1, 1, 1, 1], [1]), floats("u", [1, 1, 1, 1], [1])],
      [1, 1, 1, valueInfo.length > 0 ? "width" : 4],
    );
    const dim = [{ dimValue: 1n }, { dimValue: 1n }, { dimValue: 2n }, { dimParam: "width" }];
    model.graph!.valueInfo = valueInfo.map((name) =>
      create(ValueSchema, { name, type: { tensorType: { elemType: 1, shape: { dim } } } }),
    );
    return toBinary(ModelSchema, model);
  };
  await writeFile(at("unknown.onnx"), unknown());
  await writeFile(at("told.onnx"), unknown(["b"]));
  const beside = onnxModel(
    [
      { opType: "Relu", name: "only", input: ["x"], output: ["y"] },
      { opType: "Oddity", name: "odd", input: ["y"], output: ["z"] },
    ],
    [],
    [1, 4],
  );
  beside.graph!.output.push(create(ValueSchema, { name: "z" }));
  await writeFile(at("beside.onnx"), toBinary(ModelSchema, beside));
  await writeFile(at("x14.npy"), serializeNpy(safetensorsFromFloat32([1, 2, 3, 6], [1, 1, 1, 4])));
  await writeFile(at("x.npy"), serializeNpy(safetensorsFromFloat32([1, 2, 3, 6], [1, 1, 2, 2])));
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

it("refuses names of other classes than the output has, and files that hold none", async () => {
  await writeFile(at("two.txt"), "cat\ndog\n");
  await writeFile(at("binary.txt"), Uint8Array.of(99, 0, 27, 10, 255));
  const run = (labels: string) =>
    callCli("run", at("net.onnx"), "--input", at("x.npy"), "--top", "2", "--labels", at(labels));
  expect(await run("two.txt")).toMatchObject({
    good: false,
    err: "convsmith: --labels names 2 classes, and the output has 3\n",
  });
  expect((await run("binary.txt")).err).toBe(
    `convsmith: ${at("binary.txt")}: is no text file with the name of a class on each line\n`,
  );
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

it("adds up sizes that are given one after the other", async () => {
  const { good, out, err } = await callCli("summary", at("net.onnx"), "--dim", "height=4", "--dim", "width=6");
  expect(good, err).toBe(true);
  expect(out).toContain("on [1, 1, 4, 6]");
});

describe("an operator that is not known", () => {
  it("is a row of the summary, with those behind it, and totals are at least", async () => {
    const { good, out, err } = await callCli("summary", at("unknown.onnx"));
    expect(good, err).toBe(true);
    expect(out).toMatch(/first +Conv 1→1, 1×1 +1×1×1×4 +1 /);
    expect(out).toMatch(/second +Oddity \(not known\) +\? +- +\?/);
    expect(out).toMatch(/third +Relu +\? +- +\?/);
    expect(out).toMatch(/total, at least +2 /);
    expect(out).toMatch(/\? Not counted: second \(the operator Oddity is not known\), and 2 more layers\./);
    const json = JSON.parse((await callCli("summary", at("unknown.onnx"), "--json")).out);
    expect(json.atLeast).toBe(true);
    expect(json.unknown[0]).toEqual({ path: "second", type: "Oddity", reason: "the operator Oddity is not known" });
    expect(json.layers.map(({ outputShape }: { outputShape: unknown }) => outputShape)).toEqual([
      [1, 1, 1, 4],
      null,
      null,
      null,
    ]);
    expect(json.totals.parameters).toBe(2);
  });

  it("is a box of the page's graph, between those that it joins", async () => {
    const { good, out, err } = await callCli("summary", at("told.onnx"), "--dim", "width=4", "--html");
    expect(good, err).toBe(true);
    const box = out.slice(out.indexOf('<g class="item unknown"'));
    expect(box).toMatch(/^[^\n]*>Oddity<[^\n]*>second · not known</);
    expect(box).toMatch(/not counted: the operator Oddity is not known/);
    // Its figures are none, and those of the layers behind it are their own.
    expect(box).toMatch(/last: Conv 1→1, 1×1\noutput 1×1×2×4\n1 parameters/);
  });

  it("takes no output from the graph that flows into it, too", async () => {
    const { good, out, err } = await callCli("summary", at("beside.onnx"), "--html");
    expect(good, err).toBe(true);
    expect(out.match(/<g class="item output"/g)).toHaveLength(1);
  });

  it("lets the walk go on where the file tells the shape", async () => {
    const { good, out, err } = await callCli("summary", at("told.onnx"), "--dim", "width=4");
    expect(good, err).toBe(true);
    expect(out).toMatch(/second +Oddity \(not known\) +1×1×2×4 /);
    expect(out).toMatch(/last +Conv 1→1, 1×1 +1×1×2×4 +1 +8 /);
    expect(out).toMatch(/total, at least +2 /);
  });

  it.each([
    ["run", ["--input", "x14.npy"]],
    ["profile", []],
    ["plan", []],
    ["diff", ["espcn-x2"]],
    ["sweep", ["--input", "1x1x1x{4,5}"]],
    ["field", ["-o", "field.png"]],
  ])("stops %s, which names it and its node", async (command, options) => {
    const rest = options.map((each) => (/\.(npy|png)$/.test(each) ? at(each) : each));
    const input = command === "diff" ? ["--input", "1x1x1x4"] : [];
    const { good, err } = await callCli(command, at("unknown.onnx"), ...rest, ...input);
    expect(good).toBe(false);
    // A node begins with a tag and a length; then this one names its input.
    const byte = readFileSync(at("unknown.onnx")).indexOf("\n\u0001a") - 2;
    const where = `convsmith: ${at("unknown.onnx")}: second (Oddity)`;
    expect(err).toBe(`${where}: the operator Oddity is not known (at byte ${byte})\n`);
  });

  it("leaves budgets open that it could break, but not those that are broken already", async () => {
    const open = await callCli("check", at("unknown.onnx"), "--max-params", "2", "--max-flops", "1M");
    expect(open.good).toBe(false);
    expect(open.out).toMatch(/✓ +parameters/);
    expect(open.out).toMatch(/\? +FLOPs +≤ 1M +≥ 4/);
    expect(open.err).toMatch(/FLOPs can't be confirmed, because of second: the operator Oddity is not known\n$/);
    const broken = await callCli("check", at("unknown.onnx"), "--max-macs", "1");
    expect(broken.err).toMatch(/keeps 0 of 1 budgets, not that of MACs/);
    const memory = await callCli("check", at("unknown.onnx"), "--max-memory", "1MB");
    expect(memory.err).toMatch(/memory can't be confirmed, because of second/);
  });
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
