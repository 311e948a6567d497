import { expect, test } from "vitest";
import { dataNode, type Node } from "../../core/node.ts";
import { numel } from "../../core/shape.ts";
import { EngineState } from "../../engine/state.ts";
import { wasmDevice } from "../../index.ts";
import * as ops from "../../ops/index.ts";
import { evaluate } from "../reference/evaluate.ts";

const leaf = (...shape: number[]) =>
  dataNode(
    Float32Array.from({ length: numel(shape) }, (_, at) => at + 1),
    shape,
  );
const whole = (...shape: number[]) =>
  dataNode(
    Int32Array.from({ length: numel(shape) }, (_, at) => 7 * at),
    shape,
  );
const weight = leaf(3, 2, 2, 2);

test.each<[string, () => Node]>([
  ["a convolution of no pictures", () => ops.conv2d(leaf(0, 2, 4, 4), weight, leaf(3))],
  ["a convolution of no channels", () => ops.conv2d(leaf(1, 0, 4, 4), leaf(4, 0, 2, 2), leaf(4))],
  ["its gradient", () => ops.inputGradient(leaf(0, 3, 3, 3), weight, [0, 2, 4, 4], geometry)],
  ["its weight's gradient", () => ops.conv2dWeightGradient(leaf(0, 2, 4, 4), leaf(0, 3, 3, 3), [2, 2])],
  ["a product of no rows", () => ops.matmul(leaf(0, 3), leaf(3, 2))],
  ["sums of no products", () => ops.matmul(leaf(2, 0), leaf(0, 3))],
  ["a bias alone", () => ops.linear(leaf(2, 0), leaf(3, 0), leaf(3))],
  ["pooling", () => ops.maxPool2d(leaf(0, 2, 4, 4), 2)],
  ["scaling", () => ops.interpolate(leaf(0, 2, 4, 4), { scaleFactor: 2, mode: "bilinear" })],
  ["gathering", () => ops.gather(leaf(3, 2), 0, dataNode(new Int32Array(0), [0, 2]))],
  ["scattering", () => ops.scatterSum([3, 2], 0, dataNode(new Int32Array(0), [0, 2]), leaf(0, 2))],
  ["a sum", () => ops.sum(leaf(2, 0), [1])],
  ["the largest", () => ops.amax(leaf(0, 2), [1])],
  ["where the largest is", () => ops.argmax(leaf(0, 2), 1)],
  ["random numbers", () => ops.uniform([0, 3], { seed: 1, counter: 2 })],
  ["a product of integers", () => ops.matmul(whole(2, 3), whole(3, 2))],
  ["the largest integer", () => ops.maxPool2d(whole(1, 1, 4, 4), 2)],
  ["its index", () => ops.maxPool2dIndex(whole(1, 1, 4, 4), 2)],
  ["scaled integers", () => ops.interpolate(whole(1, 1, 2, 2), { scaleFactor: 2, mode: "nearest" })],
])("kernels run %s, as the reference does", async (_name, record) => {
  const node = record();
  const device = wasmDevice({ threads: 1 });
  const [actual] = await new EngineState(device).values([node]);
  const [expected] = evaluate([node], (each) => (each.source as { data: Float32Array }).data);
  expect([...actual!]).toEqual([...expected!]);
});

test("two threads end steps that have no pieces", async () => {
  const device = wasmDevice({ threads: 2 });
  await device.ready();
  const nodes = [
    ops.conv2d(leaf(0, 2, 4, 4), weight, leaf(3)),
    ops.conv2d(leaf(0, 8, 10, 14), leaf(24, 8, 3, 3), leaf(24), { padding: 1 }),
  ];
  const values = await new EngineState(device).values(nodes);
  device.pool.stop();
  expect(values.map(({ length }) => length)).toEqual([0, 0]);
});

const geometry = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
