import { toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { summarize } from "../../analysis/index.ts";
import { floats, onnxModel } from "../../testing/onnx-model.ts";
import { refusalOf } from "../../testing/refusal.ts";
import { inspectOnnx } from "./inspect.ts";
import { ModelSchema } from "./model_pb.ts";
import { OnnxNetwork } from "./network/node.ts";
import { parseOnnx } from "./parse.ts";
import { placesIn } from "./places.ts";

const file = "hostile.onnx";

/** The network of a file's bytes, after all of them were looked at. */
function networkOf(bytes: Uint8Array): OnnxNetwork {
  inspectOnnx(bytes, file);
  const model = parseOnnx(bytes, file);
  return new OnnxNetwork(model, file, { places: placesIn(model, bytes) }).eval();
}

const refused = (bytes: Uint8Array) => refusalOf(() => networkOf(bytes), file);

const small = () =>
  toBinary(
    ModelSchema,
    onnxModel([{ opType: "Add", input: ["x", "w"], output: ["y"] }], [floats("w", [2], [1, 2])], [1, 2]),
  );

/** A field that is a message of these bytes. */
function message(number: number, inside: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = inside.length;
  for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
  return Buffer.concat([Uint8Array.of(number * 8 + 2, ...length, rest), inside]);
}

/** A graph in an attribute of a node of a graph …, so many deep. */
function graphs(levels: number): Uint8Array {
  let inside: Uint8Array = new Uint8Array(0);
  for (let level = 0; level < levels; level++) inside = message(1, message(5, message(6, inside)));
  return message(7, inside);
}

describe("messages that are not written as they must be", () => {
  // The graph's own length is all of what follows it.
  const graph = small().indexOf(0x3a);
  it.each<[string, Uint8Array, number, RegExp]>([
    ["graphs in graphs in graphs", graphs(50_000), 0, /messages inside of messages, more than 32 deep/],
    ["groups in groups", new Uint8Array(100_000).fill(0x3b), 0, /field 7 has wire type 3/],
    [
      "groups of a field that is not known",
      new Uint8Array(100_000).fill(0x7b),
      0,
      /a field of wire type 3, which ONNX does not use/,
    ],
    [
      "a length of 2^62 bytes",
      Uint8Array.of(8, 8, 0x3a, ...new Array<number>(8).fill(0xff), 0x3f),
      2,
      /bytes are needed, but 0 follow/,
    ],
    [
      "a number of eleven bytes",
      Uint8Array.of(8, ...new Array<number>(11).fill(0xff)),
      1,
      /a number of more than ten bytes/,
    ],
    ["a field 0", Uint8Array.of(8, 8, 0, 0), 2, /a field without a number/],
    ["a graph that is a number", Uint8Array.of(8, 8, 0x38, 1), 2, /field 7 has wire type 0/],
    ["no graph", Uint8Array.of(8, 8), 0, /is no ONNX model: it has no graph/],
    ["nothing", new Uint8Array(0), 0, /the file is empty/],
    ["a graph that is cut off", small().subarray(0, graph + 12), graph, /bytes are needed, but 10 follow/],
    [
      "a million dimensions in packed numbers",
      message(7, message(5, message(1, new Uint8Array(2 ** 21)))),
      0,
      /the file describes far more than it holds/,
    ],
  ])("%s", async (_, bytes, byte, pattern) => {
    const found = await refused(bytes);
    expect(found.message).toMatch(pattern);
    // Inside of nested messages, where they are too many.
    if (byte > 0) expect(found.byte).toBe(byte);
    else expect(found.byte).toBeLessThanOrEqual(bytes.length);
  });

  it("every beginning of a file: refused with a byte of it, or a graph of its own", async () => {
    const bytes = small();
    let refusals = 0;
    for (let length = 0; length < bytes.length; length++) {
      const part = bytes.subarray(0, length);
      try {
        networkOf(part);
      } catch {
        refusals++;
        expect((await refused(part)).byte).toBeLessThanOrEqual(length);
      }
    }
    expect(refusals).toBeGreaterThan(bytes.length - 10);
  });
});

describe("graphs of many nodes", () => {
  /** x → Relu → … → y, with one more node at the end. */
  const chain = (count: number, last: string, weights: Parameters<typeof onnxModel>[1] = []) => {
    const nodes = Array.from({ length: count }, (_, at) => ({
      opType: at === count - 1 ? last : "Relu",
      input: [at === 0 ? "x" : `t${at}`],
      output: [at === count - 1 ? "y" : `t${at + 1}`],
    }));
    return toBinary(ModelSchema, onnxModel(nodes, weights, [1, 2]));
  };

  it("a chain of 100,000 is opened", () => {
    // Without weights a file describes far more than it holds.
    const weights = { name: "w", dims: [2n ** 22n], dataType: 1, rawData: new Uint8Array(2 ** 24) } as never;
    expect(networkOf(chain(100_000, "Relu", [weights])).namedChildren().size).toBe(100_000);
  });

  it("a chain of 5,000 is summarised", () => {
    const { layers } = summarize(networkOf(chain(5_000, "Relu")) as never, [1, 2]);
    expect(layers.length).toBe(5_000);
  });

  it("the last of 5,000 that is not known is named", async () => {
    const bytes = chain(5_000, "Oddity");
    const { message, byte } = await refusalOf(() => summarize(networkOf(bytes) as never, [1, 2]), file);
    expect(message).toMatch(/^hostile\.onnx: y \(Oddity\): the operator Oddity is not known/);
    expect(byte).toBe(bytes.lastIndexOf(0x0a, Buffer.from(bytes).indexOf("t4999\u0012\u0001y") - 3));
  });
});
