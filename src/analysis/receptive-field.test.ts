import { expect, test } from "vitest";
import { Generator } from "../core/generator.ts";
import { dataNode, type Node } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import * as ops from "../ops/index.ts";
import { interval, reached } from "../testing/window.ts";
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

/** A random network with convolutions, pools, branches, transposed convolutions and upsampling. */
function randomNetwork(x: Node, seed: number): Node {
  const generator = new Generator(seed);
  const odd = () => weight([1, 3, 5][generator.integer(3)]!);
  const layers: ((y: Node) => Node)[] = [
    (y) => ops.conv2d(y, odd(), null, { padding: 2 }),
    (y) => ops.conv2d(y, weight(3), null, { padding: 2, dilation: 2 }),
    (y) => ops.conv2d(y, weight(2), null, { stride: 2, padding: 1 }),
    (y) => ops.avgPool2d(y, 2),
    (y) => ops.avgPool2d(y, 3, { stride: 2, padding: 1 }),
    (y) => ops.convTranspose2d(y, weight(3), null, { stride: 2, padding: 1 }),
    (y) => ops.convTranspose2d(y, weight(2), null, { stride: 3 }),
    (y) => ops.interpolate(y, { scaleFactor: 2, mode: "nearest" }),
    (y) => ops.interpolate(y, { scaleFactor: 2, mode: "bilinear" }),
    (y) => ops.add(ops.conv2d(y, weight(3), null, { padding: 1 }), ops.conv2d(y, weight(5), null, { padding: 2 })),
    (y) => ops.cat([y, ops.conv2d(y, weight(3), null, { padding: 1 })], 1),
    (y) => ops.batchNorm2d(y, leaf([y.shape[1]!], 3), leaf([y.shape[1]!], 4)),
    (y) => ops.pixelShuffle(ops.cat([y, y, y, y], 1), 2),
  ];
  let y = x;
  for (let depth = 0; depth < 4; depth++) {
    // One channel again, so that every layer fits.
    const layer = layers[generator.integer(layers.length)]!;
    const next = layer(y.shape[1] === 1 ? y : ops.sum(y, [1], true));
    if (next.shape[2]! <= 40) y = next;
  }
  return y;
}

test("every position of 60 random networks: the same as following each path, and no gradient outside", () => {
  for (let seed = 0; seed < 60; seed++) {
    const x = picture(6 + (seed % 3));
    const y = randomNetwork(x, seed);
    const map = mapOf(x, y);
    for (let at = 0; at < y.shape[2]!; at++) {
      const range = map.interval(y, 0, at);
      const where = `network ${seed}, row ${at} of ${y.shape[2]}`;
      const followed = interval(y, x, 0, [at, at]);
      if (range && followed?.every(Number.isFinite)) {
        // Where part of a path sees nothing, following it by hull may see more; padding behind a table it does not know.
        expect(range[0], where).toBeGreaterThanOrEqual(followed[0]);
        expect(range[1], where).toBeLessThanOrEqual(followed[1]);
      }
      if (at % 3 !== 0) continue;
      const real = reached(y, x, 0, at);
      if (!real || range === null) continue;
      expect(range, where).toBeDefined();
      expect(range![0], where).toBeLessThanOrEqual(real[0]);
      expect(range![1], where).toBeGreaterThanOrEqual(real[1]);
    }
  }
});
