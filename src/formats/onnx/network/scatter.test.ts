import { create } from "@bufbuild/protobuf";
import { describe, expect, it, test } from "vitest";
import { placeholder } from "../../../analysis/recording.ts";
import { numel, type Shape } from "../../../core/shape.ts";
import { type Tensor, tensor } from "../../../index.ts";
import { setDevice } from "../../../tensor/index.ts";
import { testDevices } from "../../../testing/devices.ts";
import { attribute, floats, onnxModel } from "../../../testing/onnx-model.ts";
import { ValueSchema } from "../value_pb.ts";
import { OnnxNetwork } from "./onnx-network.ts";

type Stored = Parameters<typeof onnxModel>[1][number];
type Attribute = ReturnType<(typeof attribute)[keyof typeof attribute]>;
interface Index {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const count = (shape: Shape, from = 0) => Array.from({ length: numel(shape) }, (_, at) => from + at);
const integers = ({ shape, data }: Index): Stored => ({
  name: "index",
  dims: shape.map(BigInt),
  dataType: 7,
  int64Data: data.map(BigInt),
});

/** The network of one node on x, an index that is stored or computed, and stored updates. */
async function run(
  opType: string,
  x: Shape,
  index: Index,
  updates: Shape | null,
  attributes: readonly Attribute[],
  computed: boolean,
): Promise<{ shape: readonly number[]; data: number[] }> {
  const input = ["x", computed ? "late" : "index", ...(updates ? ["updates"] : [])];
  const node = { opType, input, output: ["y"], attribute: [...attributes] as never };
  // x is never above 1000, which the recording does not know.
  const late = [
    { opType: "ReduceMax", input: ["x"], output: ["most"], attribute: [attribute.int("keepdims", 0)] as never },
    { opType: "Mul", input: ["most", "zero"], output: ["none"] },
    { opType: "Cast", input: ["none"], output: ["whole"], attribute: [attribute.int("to", 7)] as never },
    { opType: "Add", input: ["index", "whole"], output: ["late"] },
  ];
  const stored = [
    integers(index),
    floats("zero", [], [0]),
    ...(updates ? [floats("updates", updates, count(updates, 100))] : []),
  ];
  const model = onnxModel([...(computed ? late : []), node], stored, [...x]);
  const y = new OnnxNetwork(model, "net.onnx").eval().forward(tensor(count(x), x)) as Tensor;
  return { shape: y.shape, data: [...(await y.data())] };
}

type Reduce = (old: number, update: number) => number;
const reductions: Record<string, Reduce> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  min: Math.min,
  max: Math.max,
};

/** What ONNX's text says, element by element. */
function scatteredNd(x: Shape, { shape, data }: Index, reduce: Reduce): number[] {
  const result = count(x);
  const rank = shape.at(-1)!;
  const inner = numel(x.slice(rank));
  for (let row = 0; row < data.length / rank; row++) {
    let place = 0;
    for (let axis = 0; axis < rank; axis++) {
      const given = data[row * rank + axis]!;
      place = place * x[axis]! + (given < 0 ? given + x[axis]! : given);
    }
    for (let step = 0; step < inner; step++) {
      const at = place * inner + step;
      result[at] = reduce(result[at]!, 100 + row * inner + step);
    }
  }
  return result;
}

const index: Index = { shape: [3, 2], data: [0, 1, -1, 2, 1, -3] };
const twice: Index = { shape: [3, 1], data: [1, 0, -1] };

describe.each(testDevices)("on %s", (_name, make) => {
  describe.each([
    ["stored", false],
    ["computed", true],
  ])("with a %s index", (_kind, computed) => {
    it.each(Object.keys(reductions))("ScatterND by %s", async (how) => {
      setDevice(make());
      const way = [attribute.text("reduction", how)];
      const slices = await run("ScatterND", [2, 3, 2], index, [3, 2], way, computed);
      expect(slices).toEqual({ shape: [2, 3, 2], data: scatteredNd([2, 3, 2], index, reductions[how]!) });
      if (how === "none") return;
      const again = await run("ScatterND", [2, 3], twice, [3, 3], way, computed);
      expect(again.data).toEqual(scatteredNd([2, 3], twice, reductions[how]!));
    });

    it("ScatterElements along an axis, of fewer rows than the input", async () => {
      setDevice(make());
      const own: Index = { shape: [2, 2], data: [0, -1, 2, 0] };
      const y = await run("ScatterElements", [3, 4], own, [2, 2], [attribute.int("axis", -1)], computed);
      expect(y.data).toEqual([100, 1, 2, 101, 103, 5, 102, 7, 8, 9, 10, 11]);
    });

    it("GatherND, also in batches", async () => {
      setDevice(make());
      const rows: Index = { shape: [2, 1], data: [-1, 0] };
      expect(await run("GatherND", [2, 2, 3], rows, null, [], computed)).toEqual({
        shape: [2, 2, 3],
        data: [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5],
      });
      expect(await run("GatherND", [2, 2, 3], rows, null, [attribute.int("batch_dims", 1)], computed)).toEqual({
        shape: [2, 3],
        data: [3, 4, 5, 6, 7, 8],
      });
    });
  });
});

test("an infinite element is replaced as any other, at computed places too", async () => {
  const node = [
    { opType: "Cast", input: ["x"], output: ["index"], attribute: [attribute.int("to", 7)] as never },
    { opType: "ScatterND", input: ["data", "index", "updates"], output: ["y"] },
  ];
  const stored = [
    floats("data", [2], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]),
    floats("updates", [1], [5]),
  ];
  const network = new OnnxNetwork(onnxModel(node, stored, [1, 1]), "net.onnx").eval();
  const y = network.forward(tensor([0], [1, 1])) as Tensor;
  expect([...(await y.data())]).toEqual([5, Number.POSITIVE_INFINITY]);
});

test.each([false, true])(
  "GatherND refuses batches that are not those of the input (computed: %s)",
  async (computed) => {
    const three: Index = { shape: [3, 1], data: [0, 1, 0] };
    await expect(run("GatherND", [2, 2, 3], three, null, [attribute.int("batch_dims", 1)], computed)).rejects.toThrow(
      "(GatherND): needs 1 batch axes [2], got indices [3, 1]",
    );
  },
);

const far = 2 ** 40;
const first: Index = { shape: [1, 1], data: [0] };
test.each<[string, Shape, Index | Shape, Shape | null, Shape | string]>([
  ["ScatterND", [4], [far, 1], [far], [4]],
  ["ScatterND", [4, far], first, [1, far], [4, far]],
  ["ScatterND", [4, far], [1, 1], [1, far], "at most 16777216 elements are supported, got 4398046511104"],
  ["ScatterElements", [4], [far], [far], [4]],
  ["GatherND", [4], [far, 1], null, [far]],
  ["GatherND", [4, far], first, null, [1, far]],
])("%s of %j by %j: recording it lists none of its elements", (opType, x, by, updates, expected) => {
  const stored = "data" in by ? [integers(by)] : [];
  const given = [...("data" in by ? [] : ["index"]), ...(updates ? ["updates"] : [])];
  const input = ["x", "index", ...(updates ? ["updates"] : [])];
  const model = onnxModel([{ opType, input, output: ["y"] }], stored, [...x]);
  for (const name of given) model.graph!.input.push(create(ValueSchema, { name }));
  const network = new OnnxNetwork(model, "net.onnx").eval();
  const shapes = [x, ...("data" in by ? [] : [by]), ...(updates ? [updates] : [])];
  const record = () => (network.forward(...shapes.map((each) => placeholder(each))) as Tensor).shape;
  if (typeof expected === "string") expect(record).toThrow(expected);
  else expect(record()).toEqual(expected);
});

test("the last of several updates stays, where the index is stored", async () => {
  const y = await run("ScatterND", [2, 3], twice, [3, 3], [], false);
  expect(y.data).toEqual([103, 104, 105, 106, 107, 108]);
});

test.each<[string, string, Shape, Index, Shape, string, boolean, string]>([
  ["an index outside", "ScatterND", [2, 3], { shape: [1, 1], data: [2] }, [1, 3], "none", false, "index 2 is outside"],
  ["too many indices", "ScatterND", [2], { shape: [1, 2], data: [0, 0] }, [1], "none", false, "needs at most 1 ind"],
  [
    "too few updates",
    "ScatterND",
    [2, 3],
    twice,
    [2, 3],
    "none",
    false,
    "needs updates of the shape [3, 3], got [2, 3]",
  ],
  [
    "updates turned",
    "ScatterND",
    [3, 2],
    { shape: [3, 1], data: [0, 1, 2] },
    [2, 3],
    "none",
    false,
    "of the shape [3, 2]",
  ],
  ["another reduction", "ScatterND", [2, 3], twice, [3, 3], "mean", false, "reduction mean is not supported"],
  ["another rank", "ScatterElements", [2, 3], { shape: [1], data: [0] }, [1], "none", false, "needs indices of 2 axes"],
  [
    "more rows than the input",
    "ScatterElements",
    [1, 2],
    { shape: [1, 4], data: [0, 0, 0, 0] },
    [1, 4],
    "none",
    false,
    "has more indices along axis 1 than elements",
  ],
])("%s is refused", async (_, opType, x, given, updates, how, computed, problem) => {
  const way = [attribute.text("reduction", how)];
  await expect(run(opType, x, given, updates, way, computed)).rejects.toThrow(problem);
});
