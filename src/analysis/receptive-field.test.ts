import { expect, test, vi } from "vitest";
import { Generator } from "../core/generator.ts";
import { dataNode, type Node } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import * as ops from "../ops/index.ts";
import { windows } from "../ops/windows.ts";
import { FieldMap, type ReceptiveField } from "./receptive-field.ts";
import { recorded } from "./recording.ts";

const picture = (size: number, channels = 1) => leaf([1, channels, size, size], 1);

function leaf(shape: readonly number[], seed: number): Node {
  const generator = new Generator(seed);
  return dataNode(
    Float32Array.from({ length: numel(shape) }, () => generator.uniform() + 0.1),
    shape,
  );
}

const mapOf = (input: Node, output: Node) => new FieldMap({ input, outputs: [output], order: recorded([output]) });
const heightOf = (input: Node, output: Node): ReceptiveField["height"] => mapOf(input, output).field(output)!.height;
const weight = (size: number) => leaf([1, 1, size, size], 2);

test("stride and dilation multiply along a path", () => {
  const x = picture(65);
  let y = ops.conv2d(x, weight(3), null, { stride: 2, padding: 1 });
  expect(heightOf(x, y)).toMatchObject({ size: 3, stride: 2, start: -1, centre: 0 });
  y = ops.maxPool2d(y, 3, { stride: 2, padding: 1 });
  expect(heightOf(x, y)).toMatchObject({ size: 7, stride: 4, start: -3, centre: 0 });
  y = ops.conv2d(ops.relu(y), weight(3), null, { dilation: 2 });
  expect(heightOf(x, y)).toMatchObject({ size: 23, stride: 4, start: -3, centre: 8 });
});

/** How often windows are asked for while the fields of all nodes are found. */
function asked(length: number, layer: (y: Node, x: Node) => Node): number {
  const x = picture(6);
  const start = ops.pad(x, [1, 1, 1, 1], "reflect");
  const nodes: Node[] = [ops.conv2d(start, weight(3))];
  while (nodes.length < length) nodes.push(layer(nodes.at(-1)!, x));
  const map = mapOf(x, nodes.at(-1)!);
  const spy = vi.spyOn(windows, "get");
  for (const node of nodes) map.field(node);
  const { length: count } = spy.mock.calls;
  spy.mockRestore();
  return count;
}

test.each<[string, (y: Node, x: Node) => Node]>([
  ["borders that are mirrored", (y) => ops.slice(ops.slice(ops.pad(y, [1, 1, 1, 1], "reflect"), 2, 1, 7), 3, 1, 7)],
  ["convolutions behind one", (y) => ops.conv2d(y, weight(3), null, { padding: 1 })],
  ["convolutions that the input is added to", (y, x) => ops.add(ops.conv2d(y, weight(3), null, { padding: 1 }), x)],
])("a chain of %s takes work in proportion to its length", (_name, layer) => {
  expect(asked(160, layer)).toBeLessThan(2.5 * asked(80, layer));
});

test("a stride whose positions can't be counted one by one ends", () => {
  const x = picture(12);
  const far = ops.conv2d(x, weight(3), null, { stride: Number.MAX_SAFE_INTEGER, padding: 1 });
  const y = ops.conv2d(far, weight(3), null, { padding: 1 });
  expect(heightOf(x, y).size).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
});

test("branches: the union", () => {
  const x = picture(16);
  const long = ops.conv2d(ops.conv2d(x, weight(3), null, { padding: 1 }), weight(5), null, { padding: 2 });
  const y = ops.add(long, ops.conv2d(x, weight(1)));
  expect(heightOf(x, y)).toMatchObject({ size: 7, start: -3, centre: 0 });
  // An even kernel leans to one side.
  const cropped = ops.slice(ops.slice(x, 2, 0, 15), 3, 0, 15);
  const crooked = ops.add(ops.conv2d(x, weight(4), null, { padding: 1 }), cropped);
  expect(heightOf(x, crooked)).toMatchObject({ size: 4, start: -1, centre: 0.5 });
});

test("phases of transposed convolution and upsampling", () => {
  const x = picture(9);
  const transposed = ops.convTranspose2d(x, weight(3), null, { stride: 2 });
  expect(heightOf(x, transposed)).toMatchObject({ smallest: 1, largest: 2, stride: 0.5 });
  const gaps = ops.convTranspose2d(x, weight(1), null, { stride: 2 });
  expect(heightOf(x, gaps)).toMatchObject({ smallest: 0, largest: 1, stride: 0.5 });
  const shuffled = ops.pixelShuffle(picture(6, 9), 3);
  expect(heightOf(shuffled.inputs[0]!, shuffled)).toMatchObject({ size: 1, stride: 1 / 3 });
  const bicubic = ops.interpolate(x, { scaleFactor: 2, mode: "bicubic" });
  expect(heightOf(x, bicubic)).toMatchObject({ smallest: 4, largest: 4, stride: 0.5 });
  const nearest = ops.conv2d(ops.interpolate(x, { scaleFactor: 2 }), weight(3), null, { padding: 1 });
  expect(heightOf(x, nearest)).toMatchObject({ size: 2, smallest: 2, largest: 2, stride: 0.5 });
});

test("global operations see the whole input", () => {
  const x = picture(8);
  const whole = { whole: true, size: 8, largest: 8, start: 0 };
  expect(heightOf(x, ops.adaptiveAvgPool2d(ops.relu(x), 1))).toMatchObject(whole);
  expect(heightOf(x, ops.linear(ops.flatten(x, 1), leaf([3, 64], 5), null))).toMatchObject(whole);
  expect(heightOf(x, ops.softmax(x, 2))).toMatchObject(whole);
  const gate = ops.mul(x, ops.sigmoid(ops.mean(x, [2, 3], true)));
  expect(heightOf(x, gate)).toMatchObject(whole);
  // A kernel as large as its input has a field like any other.
  expect(heightOf(x, ops.conv2d(ops.conv2d(x, weight(3), null, { padding: 1 }), weight(8)))).toMatchObject({
    whole: false,
    size: 10,
    start: -1,
  });
});

test("side by side: a position sees what its own part sees", () => {
  const x = picture(8);
  const wide = ops.conv2d(x, weight(5), null, { padding: 2 });
  const y = ops.cat([x, wide, x], 2);
  const map = mapOf(x, y);
  const rows = [0, 7, 8, 15, 16, 23].map((at) => map.interval(y, 0, at));
  expect(rows).toEqual([
    [0, 0],
    [7, 7],
    [-2, 2],
    [5, 9],
    [0, 0],
    [7, 7],
  ]);
  // Across the seam, and into the padding at both ends.
  const blurred = ops.conv2d(y, weight(3), null, { padding: 1 });
  expect(mapOf(x, blurred).interval(blurred, 0, 7)).toEqual([-2, 7]);
  expect(mapOf(x, blurred).interval(blurred, 0, 0)).toEqual([-1, 1]);
  expect(heightOf(x, y)).toMatchObject({ smallest: 1, largest: 5 });
});

test("a mirrored border turns back: its ends do not decide", () => {
  const x = picture(6);
  const y = ops.conv2d(ops.pad(x, [0, 0, 2, 2], "reflect"), leaf([1, 1, 5, 1], 2), null);
  expect(mapOf(x, y).interval(y, 0, 0)).toEqual([0, 2]);
});

test("branches of another stride: no period, every position its own field", () => {
  const x = picture(8);
  const slow = ops.conv2d(ops.pad(x, [2, 1, 2, 1]), weight(5), null, { stride: 2 });
  const fast = ops.conv2d(ops.conv2d(x, weight(3), null), weight(3), null);
  const y = ops.add(slow, fast);
  const map = mapOf(x, y);
  expect([0, 1, 2, 3].map((at) => map.interval(y, 0, at))).toEqual([
    [-2, 4],
    [0, 5],
    [2, 6],
    [3, 8],
  ]);
});
