import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../../../index.ts";
import { setDevice } from "../../../tensor/index.ts";
import { testDevices } from "../../../testing/devices.ts";
import { attribute, floats, ints, onnxModel } from "../../../testing/onnx-model.ts";
import { OnnxNetwork } from "./onnx-network.ts";

type Stored = Parameters<typeof onnxModel>[1];
type Attribute = ReturnType<(typeof attribute)[keyof typeof attribute]>;

/** One node of opset 21 that reads x and the stored inputs; an empty name leaves one out. */
async function run(
  opType: string,
  x: { shape: readonly number[]; data: readonly number[] },
  attributes: readonly Attribute[] = [],
  stored: readonly (Stored[number] | null)[] = [],
  output = ["y"],
): Promise<{ shape: readonly number[]; data: number[] }> {
  const input = ["x", ...stored.map((each) => each?.name ?? "")];
  const there = stored.filter((each) => each !== null);
  const model = onnxModel([{ opType, input, output, attribute: [...attributes] as never }], there, [...x.shape], 21);
  const y = new OnnxNetwork(model, "net.onnx").eval().forward(tensor([...x.data], x.shape)) as Tensor;
  return { shape: y.shape, data: [...(await y.data())] };
}

const count = (total: number) => Array.from({ length: total }, (_, at) => at);
const near = (numbers: readonly number[]) => numbers.map((each) => expect.closeTo(each, 5));

describe.each(testDevices)("forms of operators of opset 18 and later, on %s", (_name, make) => {
  const row = (data: readonly number[]) => ({ shape: [1, 1, data.length], data });
  const onDevice = (...args: Parameters<typeof run>) => {
    setDevice(make());
    return run(...args);
  };

  it("Resize with antialias takes the mean of all that an output stands for", async () => {
    // Scale 1/2, position 0.5: the triangle is 4 wide and meets -1 (the edge, 0), 0, 1 and 2 at 1/4, 3/4, 3/4 and 1/4.
    const way = [attribute.text("mode", "linear"), attribute.int("antialias", 1), attribute.ints("axes", [2])];
    const { data } = await onDevice("Resize", row([0, 8, 16, 24]), way, [null, floats("s", [1], [0.5])]);
    expect(data).toEqual(near([(0 * 0.25 + 0 * 0.75 + 8 * 0.75 + 16 * 0.25) / 2, (8 * 0.25 + 16 * 0.75 + 24) / 2]));
    const without = [...way, attribute.int("exclude_outside", 1)];
    const inside = await onDevice("Resize", row([0, 8, 16, 24]), without, [null, floats("s", [1], [0.5])]);
    expect(inside.data[0]).toBeCloseTo((8 * 0.75 + 16 * 0.25) / 1.75, 5);
  });

  it.each([
    ["not_larger", [1, 1, 3, 6]],
    ["not_smaller", [1, 1, 6, 12]],
  ])("Resize keeps the aspect ratio: %s", async (policy, shape) => {
    const way = [attribute.text("keep_aspect_ratio_policy", policy), attribute.ints("axes", [2, 3])];
    const y = await onDevice("Resize", { shape: [1, 1, 2, 4], data: count(8) }, way, [null, null, ints("z", [6, 6])]);
    expect(y.shape).toEqual(shape);
  });

  it("Resize takes batch, channels and depth as any axis", async () => {
    const x = { shape: [1, 2, 1, 1, 2], data: [1, 2, 3, 4] };
    const y = await onDevice("Resize", x, [], [null, floats("s", [5], [1, 2, 2, 1, 1])]);
    expect(y).toEqual({ shape: [1, 4, 2, 1, 2], data: [1, 2, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 3, 4] });
  });

  it("Pad wraps, mirrors more than once, and takes any axes", async () => {
    const pads = (name: string, begin: number, end: number) =>
      onDevice("Pad", row([1, 2, 3]), [attribute.text("mode", name)], [ints("p", [begin, end]), null, ints("a", [-1])]);
    expect((await pads("wrap", 2, 4)).data).toEqual([2, 3, 1, 2, 3, 1, 2, 3, 1]);
    expect((await pads("reflect", 1, 5)).data).toEqual([2, 1, 2, 3, 2, 1, 2, 3, 2]);
    expect((await pads("edge", -1, 2)).data).toEqual([2, 3, 3, 3]);
    const first = await onDevice(
      "Pad",
      { shape: [2, 1, 1], data: [1, 2] },
      [attribute.text("mode", "edge")],
      [ints("p", [1, 0, 0, 0, 0, 1])],
    );
    expect(first).toEqual({ shape: [3, 1, 2], data: [1, 1, 1, 1, 2, 2] });
  });

  it("AveragePool with dilations, with and without what is padded", async () => {
    const way = [attribute.ints("kernel_shape", [2]), attribute.ints("dilations", [2]), attribute.ints("pads", [1, 1])];
    expect((await onDevice("AveragePool", row([1, 2, 3, 4]), way)).data).toEqual(near([2, 2, 3, 3]));
    const counted = [...way, attribute.int("count_include_pad", 1)];
    expect((await onDevice("AveragePool", row([1, 2, 3, 4]), counted)).data).toEqual(near([1, 2, 3, 1.5]));
  });

  it("GroupNormalization with a scale for each channel", async () => {
    const x = { shape: [1, 4, 1], data: [1, 3, 10, 14] };
    const way = [attribute.int("num_groups", 2), attribute.float("epsilon", 0)];
    const affine = [floats("s", [4], [1, 2, 3, 4]), floats("b", [4], [0, 0, 1, 1])];
    expect((await onDevice("GroupNormalization", x, way, affine)).data).toEqual(near([-1, 2, -2, 5]));
  });

  it("Split into parts of which the last is smaller", async () => {
    const way = [attribute.int("axis", 2), attribute.int("num_outputs", 2)];
    expect((await onDevice("Split", row([1, 2, 3, 4, 5]), way, [], ["first", "y"])).data).toEqual([4, 5]);
  });

  it("QuantizeLinear rounds halves to even, and is cut off by the type that is asked for", async () => {
    const x = row([-300, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 300]);
    const scale = [floats("s", [1], [1])];
    const signed = await onDevice("QuantizeLinear", x, [attribute.int("output_dtype", 3)], scale);
    expect(signed.data).toEqual([-128, -2, -2, 0, 0, 2, 2, 127].map((each) => each + 0));
    expect((await onDevice("QuantizeLinear", x, [], scale)).data).toEqual([0, 0, 0, 0, 0, 2, 2, 255]);
  });

  it("Cast to few bits begins again at the other end", async () => {
    const x = row([300, -1, 127.9, 128]);
    expect((await onDevice("Cast", x, [attribute.int("to", 2)])).data).toEqual([44, 255, 127, 128]);
    expect((await onDevice("Cast", x, [attribute.int("to", 3)])).data).toEqual([44, -1, 127, -128]);
  });

  it("ReduceMax with axes as an input, and the product of any number of elements", async () => {
    expect((await onDevice("ReduceMax", row([1, 5, 3]), [], [ints("a", [2])])).data).toEqual([5]);
    expect((await onDevice("ReduceProd", row([1, 2, -3, 4, 5]), [], [ints("a", [2])])).data).toEqual([-120]);
  });

  it("Mish is x · tanh(log(1 + e^x))", async () => {
    const of = (x: number) => x * Math.tanh(Math.log1p(Math.exp(x)));
    expect((await onDevice("Mish", row([-2, 0, 3]))).data).toEqual(near([of(-2), 0, of(3)]));
  });

  it("Dropout in training mode drops what its mask says, and scales the rest", async () => {
    setDevice(make());
    const x = count(64).map((each) => each + 1);
    const model = onnxModel(
      [{ opType: "Dropout", input: ["x", "ratio", "train"], output: ["y", "mask"] }],
      [{ ...floats("ratio", [], [0.75]) }, { name: "train", dataType: 9, int32Data: [1] } as never],
      [64],
    );
    model.graph!.output.push({ ...model.graph!.output[0]!, name: "mask" });
    const { y, mask } = new OnnxNetwork(model, "net.onnx").eval().forward(tensor(x)) as Record<string, Tensor>;
    const stays = [...(await mask!.data())];
    expect([...(await y!.data())]).toEqual(x.map((each, at) => (stays[at] ? each * 4 : 0)));
    const kept = stays.filter((each) => each === 1).length;
    expect(kept).toBeGreaterThan(4);
    expect(kept).toBeLessThan(32);
  });
});

it("gradients flow through a convolution of three axes, products and resized axes", async () => {
  const nodes = [
    { opType: "Conv", input: ["x", "w"], output: ["c"] },
    { opType: "Resize", input: ["c", "", "s"], output: ["r"] },
    { opType: "ReduceProd", input: ["r"], output: ["y"], attribute: [attribute.int("keepdims", 0)] },
  ];
  const model = onnxModel(
    nodes,
    [floats("w", [1, 1, 2, 1, 1], [2, 3]), floats("s", [5], [1, 1, 2, 1, 1])],
    [1, 1, 2, 1, 1],
    13,
  );
  const network = new OnnxNetwork(model, "net.onnx").train();
  const y = network.forward(tensor([5, 7], [1, 1, 2, 1, 1])) as Tensor;
  // (5·2 + 7·3)² = 961, with slopes 2 · 31 · 5 and 2 · 31 · 7.
  expect(await y.item()).toBe(961);
  y.backward();
  expect([...(await network.namedParameters().get("w")!.grad!.data())]).toEqual([310, 434]);
});
