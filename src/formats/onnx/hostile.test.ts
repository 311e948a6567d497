import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { summarize } from "../../analysis/index.ts";
import { attribute, floats, ints, onnxModel } from "../../testing/onnx-model.ts";
import { refusalOf } from "../../testing/refusal.ts";
import { inspectFile } from "../inspect-file.ts";
import { type Model, ModelSchema, NodeSchema } from "./model_pb.ts";
import { inputShapeOf, readOnnxNetwork } from "./network/node.ts";
import { TensorSchema, ValueSchema } from "./value_pb.ts";

let path = "";
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), "convsmith-hostile-")), "hostile.onnx");
});
afterAll(() => rm(join(path, ".."), { recursive: true, force: true }));

/** Does what users do, until the file is refused. */
async function refused(bytes: Uint8Array) {
  await writeFile(path, bytes);
  return await refusalOf(async () => {
    await inspectFile(path);
    const network = await readOnnxNetwork(path);
    summarize(network as never, inputShapeOf(network));
  }, path);
}

/** The byte at which a part of a file begins: a tag and a length stand before what is in it. */
function byteOf<Schema extends DescMessage>(bytes: Uint8Array, schema: Schema, part: MessageShape<Schema>): number {
  const inside = toBinary(schema, part);
  const at = Buffer.from(bytes).lastIndexOf(inside);
  expect(at).toBeGreaterThan(0);
  return at - (inside.length < 128 ? 2 : 3);
}

const relu = (input: string, output: string, more = {}) => ({
  opType: "Relu",
  name: output,
  input: [input],
  output: [output],
  ...more,
});
const numbers = floats("w", [2], [1, 2]);
const addW = { opType: "Add", name: "y", input: ["x", "w"], output: ["y"] };

describe("names the byte of a node", () => {
  type Parts = readonly [nodes: Parameters<typeof onnxModel>[0], stored?: Parameters<typeof onnxModel>[1]];
  it.each<[string, number, RegExp, ...Parts]>([
    [
      "in a circle",
      0,
      /a \(Relu\): needs the tensor "b", output 0 of "b" \(Relu\), which comes later/,
      [relu("b", "a"), relu("a", "b"), relu("b", "y")],
    ],
    [
      "that needs itself",
      0,
      /y \(Relu\): needs the tensor "y", which it gives itself: nodes must not form a circle/,
      [relu("y", "y")],
    ],
    [
      "that needs what nothing gives",
      1,
      /y \(Relu\): needs the tensor "z", which no node gives/,
      [relu("x", "a"), relu("z", "y")],
    ],
    [
      "that gives what another does",
      1,
      /node "y" gives the tensor "y", which node "y" gives too: rename one/,
      [relu("x", "y"), relu("x", "y")],
    ],
    [
      "that gives what is stored",
      0,
      /node "y" gives the tensor "w", which a stored tensor gives too/,
      [relu("x", "y", { output: ["w", "y"], name: "y" })],
      [numbers],
    ],
    [
      "that gives the input",
      0,
      /node "x" gives the tensor "x", which an input gives too/,
      [relu("x", "x"), relu("x", "y")],
    ],
    [
      "with an attribute twice",
      1,
      /node "y" has two attributes "axis"/,
      [
        relu("x", "a"),
        { ...relu("a", "y"), opType: "Softmax", attribute: [attribute.int("axis", 0), attribute.int("axis", 1)] },
      ],
    ],
    [
      "with an attribute that it does not have",
      1,
      /y \(Relu\): its attribute axis is not supported/,
      [relu("x", "a"), relu("a", "y", { attribute: [attribute.int("axis", 1)] })],
    ],
    [
      "of an operator that is not known",
      1,
      /y \(Oddity\): the operator Oddity is not known/,
      [relu("x", "a"), relu("a", "y", { opType: "Oddity" })],
    ],
    [
      "of an operator without a name",
      0,
      /y \(\(none\)\): the operator \(none\) is not known/,
      [relu("x", "y", { opType: "" })],
    ],
    [
      "that breaks a rule of shapes",
      1,
      /y \(Add\): needs shapes that broadcast/,
      [relu("x", "a"), { ...addW, input: ["a", "w"] }],
      [floats("w", [5], [1, 2, 3, 4, 5])],
    ],
    ["that leaves an input out", 0, /y \(Add\): needs an input 1, which is left out/, [{ ...addW, input: ["x"] }]],
    [
      "of 2^60 sizes",
      1,
      /y \(Tile\).*2 repeats, got 1/,
      [relu("x", "a"), { opType: "Tile", name: "y", input: ["a", "n"], output: ["y"] }],
      [{ ...ints("n", [0]), int64Data: [2n ** 60n] }],
    ],
    [
      "with a kernel below 0",
      0,
      /y \(MaxPool -1×-1\): /,
      [
        {
          opType: "MaxPool",
          name: "y",
          input: ["x"],
          output: ["y"],
          attribute: [attribute.ints("kernel_shape", [-1, -1])],
        },
      ],
    ],
  ])("%s", async (_, which, pattern, nodes, stored = []) => {
    const model = onnxModel(nodes, stored, [1, 2]);
    const bytes = toBinary(ModelSchema, model);
    const { message, byte } = await refused(bytes);
    expect(message).toMatch(pattern);
    expect(byte).toBe(byteOf(bytes, NodeSchema, model.graph!.node[which]!));
  });

  it("in a graph that is written in two pieces", async () => {
    const model = onnxModel([relu("x", "a")], [], [1, 2]);
    const rest = onnxModel([relu("z", "y")], [], [1, 2]);
    rest.graph!.input = [];
    rest.graph!.output = [];
    const bytes = Buffer.concat([toBinary(ModelSchema, model), toBinary(ModelSchema, rest)]);
    const { byte } = await refused(bytes);
    expect(byte).toBe(byteOf(bytes, NodeSchema, rest.graph!.node[0]!));
  });
});

describe("names the byte of a node that would list what a file only claims", () => {
  const far = 2 ** 40;
  const indices = (name: string, shape: readonly number[], data: readonly number[]) => ({
    ...ints(name, data),
    dims: shape.map(BigInt),
  });
  it.each<[string, number[], Parameters<typeof onnxModel>[0][number], ReturnType<typeof ints>[], RegExp]>([
    [
      "positions in turned order",
      [far],
      { opType: "Slice", input: ["x", "starts", "ends", "axes", "steps"] },
      [ints("starts", [-1]), ints("ends", [-2 * far]), ints("axes", [0]), ints("steps", [-1])],
      /at most 16777216 positions by a step below 0 are supported, got 1099511627776/,
    ],
    [
      "parts",
      [far],
      { opType: "Split", input: ["x"], attribute: [attribute.int("axis", 0), attribute.int("num_outputs", far)] },
      [],
      /has 1 outputs, and its num_outputs is 1099511627776/,
    ],
    [
      "windows over each other",
      [1, 1, 1, 2 ** 21],
      {
        opType: "AveragePool",
        input: ["x"],
        attribute: [attribute.ints("kernel_shape", [1, 2 ** 20]), attribute.ints("pads", [0, 1, 0, 0])],
      },
      [],
      /needs at most 33554432 pixels in all windows along an axis/,
    ],
    [
      "the depth of a kernel",
      [1, 1, 2 ** 20, 1, 1],
      { opType: "Conv", input: ["x", "x"] },
      [],
      /kernels of at most 1024 in depth are supported, got \[1048576, 1, 1\]/,
    ],
    [
      "rows of no index",
      [2, 3],
      { opType: "GatherND", input: ["x", "index"] },
      [indices("index", [far, 0], [])],
      /needs at least one index for an element, got 0/,
    ],
  ])("%s", async (_, sizes, node, stored, pattern) => {
    const model = onnxModel([{ name: "y", output: ["y"], ...node }], stored, sizes, 18);
    const bytes = toBinary(ModelSchema, model);
    const { message, byte } = await refused(bytes);
    expect(message).toMatch(pattern);
    expect(byte).toBe(byteOf(bytes, NodeSchema, model.graph!.node[0]!));
  });
});

describe("names the byte of a stored tensor", () => {
  const external = (...entries: [string, string][]) => ({
    dataLocation: 1,
    floatData: [],
    externalData: entries.map(([key, value]) => ({ key, value })) as never,
  });
  it.each([
    ["of a dimension of 2^60", { dims: [2n ** 60n] }, /tensor "w" has the shape \[1152921504606846976\]/],
    ["of a dimension below 0", { dims: [-2n] }, /tensor "w" has the shape \[-2\]/],
    ["of 2^60 elements together", { dims: [2n ** 30n, 2n ** 30n] }, /fewer than 2\^53 elements/],
    ["of 65 axes", { dims: new Array<bigint>(65).fill(1n) }, /has 65 axes, above 64/],
    ["of more elements than numbers", { dims: [3n] }, /of shape \[3\] and type F32 needs 12 bytes, but has 8/],
    ["of strings", { dataType: 8 }, /has elements of strings, which are not read/],
    [
      "outside of the folder",
      external(["location", "../w.bin"]),
      /lies in "\.\.\/w\.bin", outside of the file's folder/,
    ],
    ["at the root", external(["location", "/dev/zero"]), /lies in "\/dev\/zero", outside/],
    ["in no file", external(), /it is not said in which/],
    ["before a file", external(["location", "w.bin"], ["offset", "-4"]), /has the offset "-4"/],
    ["of 10^20 bytes", external(["location", "w.bin"], ["length", "1e20"]), /has the length "1e20"/],
    [
      "in a file that is missing",
      external(["location", "w.bin"]),
      /the numbers of w are in another file: .*w\.bin: cannot read/,
    ],
    ["in a folder", external(["location", "."]), /are in another file: .*it is a folder/],
  ])("%s", async (_, change, pattern) => {
    const model = onnxModel([addW], [{ ...numbers, ...change } as typeof numbers], [1, 2]);
    const bytes = toBinary(ModelSchema, model);
    const { message, byte } = await refused(bytes);
    expect(message).toMatch(pattern);
    expect(byte).toBe(byteOf(bytes, TensorSchema, model.graph!.initializer[0]!));
  });

  it("of a name that another has", async () => {
    const model = onnxModel([addW], [floats("w", [2], [5, 6]), numbers], [1, 2]);
    const bytes = toBinary(ModelSchema, model);
    const { message, byte } = await refused(bytes);
    expect(message).toMatch(/a stored tensor gives the tensor "w", which a stored tensor gives too/);
    expect(byte).toBe(byteOf(bytes, TensorSchema, model.graph!.initializer[1]!));
  });
});

describe("names the byte of an input or output", () => {
  const change = (apply: (graph: NonNullable<Model["graph"]>) => void, sizes: (number | string | null)[] = [1, 2]) => {
    const model = onnxModel([relu("x", "y")], [], sizes);
    apply(model.graph!);
    return { model, bytes: toBinary(ModelSchema, model) };
  };
  it.each([
    ["a dimension of 2^60", [1, 2 ** 60], /input "x" has the shape \[1, 1152921504606847000\], but needs/],
    ["dimensions of 2^60 together", [2 ** 30, 2 ** 30], /fewer than 2\^53 elements/],
    ["a dimension below 0", [1, -2], /input "x" has the shape \[1, -2\], but needs at most 64 sizes from 1/],
    ["no dimension", [], /its input x is a single number/],
    ["a dimension that is open", [1, null], /its input x \[1, \?\] leaves dimension 1 open\. Give --input/],
  ])("of %s", async (_, sizes, pattern) => {
    const { model, bytes } = change(() => {}, sizes);
    const { message, byte } = await refused(bytes);
    expect(message).toMatch(pattern);
    expect(byte).toBe(byteOf(bytes, ValueSchema, model.graph!.input[0]!));
  });

  it("of an input that there is twice, and of a thousand", async () => {
    const twice = change(({ input }) => input.push(input[0]!));
    expect((await refused(twice.bytes)).message).toMatch(/an input gives the tensor "x", which an input gives too/);
    const many = change(({ input }) => {
      for (let at = 0; at < 1000; at++) input.push({ ...input[0]!, name: `input number ${at}` });
    });
    const { message, byte } = await refused(many.bytes);
    expect(message).toMatch(/has 1001 inputs \(x, input number 0, .* and 997 more\): only networks of one are taken/);
    expect(byte).toBe(byteOf(many.bytes, ValueSchema, many.model.graph!.input[1]!));
  });

  it("of an output that no node gives, and of one that is listed twice", async () => {
    const missing = change(({ output }) => (output[0]!.name = "z"));
    const found = await refused(missing.bytes);
    expect(found.message).toMatch(/hostile\.onnx: its outputs name the tensor "z", which no node gives/);
    expect(found.byte).toBe(byteOf(missing.bytes, ValueSchema, missing.model.graph!.output[0]!));
    const twice = change(({ output }) => output.push(output[0]!));
    expect((await refused(twice.bytes)).message).toMatch(/the output "y" is listed twice/);
  });

  it("of the graph, where it has none", async () => {
    const outputs = change((graph) => (graph.output = []));
    const inputs = change((graph) => (graph.input = []));
    // Behind the version of the format.
    expect(await refused(outputs.bytes)).toMatchObject({
      byte: 2,
      message: expect.stringMatching(/its graph has no output/),
    });
    expect(await refused(inputs.bytes)).toMatchObject({
      byte: 2,
      message: expect.stringMatching(/has 0 inputs: only networks of one/),
    });
  });
});
