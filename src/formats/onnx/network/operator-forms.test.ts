import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../../../index.ts";
import { setDevice } from "../../../tensor/index.ts";
import { testDevices } from "../../../testing/devices.ts";
import { attribute, floats, ints, onnxModel } from "../../../testing/onnx-model.ts";
import { OnnxNetwork } from "./onnx-network.ts";

type Model = Parameters<typeof onnxModel>;

describe.each(testDevices)("forms of operators that files rarely have, on %s", (_name, make) => {
  /** x has the shape [1, 1, n]. */
  async function run(x: readonly number[], nodes: Model[0], stored: Model[1], opset = 17) {
    setDevice(make());
    const model = onnxModel(nodes, stored, [1, 1, x.length], opset);
    const y = new OnnxNetwork(model, "net.onnx").eval().forward(tensor([...x], [1, 1, x.length])) as Tensor;
    return { shape: y.shape, data: [...(await y.data())] };
  }

  it("Resize has the size that ONNX's rule of shapes gives in float32", async () => {
    const x = Array.from({ length: 10 }, (_, at) => at);
    const scaled = (scale: number) =>
      run(x, [{ opType: "Resize", input: ["x", "", "s"], output: ["y"] }], [floats("s", [3], [1, 1, scale])]);
    // In float64 the stored 0.7 gives 6.99999988.
    expect((await scaled(0.7)).shape).toEqual([1, 1, 7]);
    expect((await scaled(2.3)).shape).toEqual([1, 1, 23]);
    expect((await scaled(0.69)).shape).toEqual([1, 1, 6]);
  });

  it("Resize of opset 10 takes the next pixel where an axis gets smaller, as ONNX's test of it does", async () => {
    const node = [{ opType: "Resize", input: ["x", "s"], output: ["y"] }];
    expect((await run([1, 2, 3, 4], node, [floats("s", [3], [1, 1, 0.6])], 10)).data).toEqual([1, 3]);
    expect((await run([1, 2], node, [floats("s", [3], [1, 1, 1.5])], 10)).data).toEqual([1, 1, 2]);
  });

  it("reductions take whole numbers", async () => {
    const reduced = (opType: string) =>
      run(
        [3, 9, 2, 4],
        [
          { opType: "Reshape", input: ["x", "pairs"], output: ["p"] },
          { opType: "ArgMax", input: ["p"], output: ["a"], attribute: [attribute.int("axis", 1)] },
          { opType, input: ["a", "axes"], output: ["y"], attribute: [attribute.int("keepdims", 0)] },
        ],
        [ints("pairs", [2, 2]), ints("axes", [0, 1])],
        18,
      );
    expect(await reduced("ReduceSum")).toEqual({ shape: [], data: [2] });
    expect(await reduced("ReduceProd")).toEqual({ shape: [], data: [1] });
  });

  it("a reduction over no axis does what it does to each element", async () => {
    const attributes = [attribute.int("noop_with_empty_axes", 1)];
    const reduced = (opType: string) =>
      run([-2, 3], [{ opType, input: ["x"], output: ["y"], attribute: attributes }], [], 18);
    expect(await reduced("ReduceL1")).toEqual({ shape: [1, 1, 2], data: [2, 3] });
    expect(await reduced("ReduceSumSquare")).toEqual({ shape: [1, 1, 2], data: [4, 9] });
    expect(await reduced("ReduceSum")).toEqual({ shape: [1, 1, 2], data: [-2, 3] });
  });

  it("Concat takes positions and what is computed of them", async () => {
    const nodes = [
      { opType: "ArgMax", input: ["x"], output: ["a"], attribute: [attribute.int("axis", 2)] },
      { opType: "Add", input: ["a", "one"], output: ["b"] },
      { opType: "Concat", input: ["a", "b"], output: ["y"], attribute: [attribute.int("axis", 2)] },
    ];
    expect((await run([3, 9, 2], nodes, [ints("one", [1])])).data).toEqual([1, 2]);
  });

  it("Cast of known numbers to whole ones keeps those above int32", async () => {
    const value = { ...floats("value", [1], [3e9]) };
    const nodes = [
      { opType: "Constant", output: ["c"], attribute: [{ name: "value", type: 4, t: value }] },
      { opType: "Cast", input: ["c"], output: ["i"], attribute: [attribute.int("to", 7)] },
      { opType: "Cast", input: ["i"], output: ["f"], attribute: [attribute.int("to", 1)] },
      { opType: "Mul", input: ["x", "f"], output: ["y"] },
    ] as Model[0];
    expect((await run([1, -2], nodes, [])).data).toEqual([3e9, -6e9]);
  });
});
