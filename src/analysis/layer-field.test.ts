import { expect, test } from "vitest";
import { createModel } from "../models/index.ts";
import * as nn from "../nn/index.ts";
import { cat, type Tensor } from "../tensor/index.ts";
import { fieldOf } from "./layer-field.ts";
import type { Network } from "./recording.ts";

const known = (name: string) => createModel(name).network as Network;
const conv = (kernel: number, padding = 0, stride = 1) => new nn.Conv2d(1, 1, kernel, { padding, stride });

test("a layer by its path, or a module that holds others: size, stride and centre", () => {
  const resnet = known("resnet18");
  const shape = [1, 3, 224, 224];
  const conv2 = fieldOf(resnet, shape, "layer1.0.conv2");
  expect(conv2.name).toBe("layer1.0.conv2 (Conv2d 64→64, 3×3)");
  expect(conv2.field.height).toMatchObject({ size: 27, stride: 4, start: -13, centre: 0 });
  const whole = fieldOf(resnet, shape, "layer4");
  expect(whole.field.width).toMatchObject({ size: 435, stride: 32 });
  // The last layer with more than one pixel is the last ReLU, called twice.
  expect(fieldOf(resnet, shape)).toMatchObject({ path: "layer4.1.relu", calls: 2, outputShape: [1, 512, 7, 7] });
  expect(fieldOf(resnet, shape, "avgpool").field.height).toMatchObject({ whole: true, size: 224 });
});

test("one position: clipped to the input, with the padded share", () => {
  const network = new nn.Sequential(conv(3, 1, 2), conv(3, 1, 2));
  const corner = fieldOf(network, [1, 1, 32, 32], "1").at(0, 4);
  expect(corner).toMatchObject({ rows: [-3, 3], columns: [13, 19], whole: false });
  expect(corner.inside).toEqual({ rows: [0, 3], columns: [13, 19] });
  expect(corner.paddedShare).toBeCloseTo(3 / 7, 12);
  expect([corner.seen.rows, corner.seen.columns, corner.seen.count]).toEqual([[0, 3], [13, 19], 28]);
  // Pixels that a stride drops are in the box, and not seen.
  const dropped = fieldOf(new nn.Sequential(conv(2, 0, 2), conv(3, 1)), [1, 1, 7, 7], "1").at(2, 1);
  expect([dropped.rows, dropped.inside!.rows, dropped.seen.rows]).toEqual([
    [2, 7],
    [2, 6],
    [2, 5],
  ]);
  const gaps = fieldOf(new nn.Sequential(new nn.ConvTranspose2d(1, 1, 1, { stride: 2 })), [1, 1, 4, 4]).at(1, 1);
  expect([gaps.inside, gaps.paddedShare, gaps.seen.count]).toEqual([null, 0, 0]);
});

test("a dilated kernel sees a grid", () => {
  const network = new nn.Sequential(new nn.Conv2d(1, 1, 3, { dilation: 2 }));
  const { seen, rows } = fieldOf(network, [1, 1, 8, 8]).at(1, 1);
  expect([rows, seen.count]).toEqual([[1, 5], 9]);
  expect([...seen.cells.subarray(8, 16)]).toEqual([0, 1, 0, 1, 0, 1, 0, 0]);
});

test("every path of a residual network, and that their centres line up", () => {
  const { paths, aligned, leftOut, position } = fieldOf(known("resnet18"), [1, 3, 224, 224], "layer1").paths();
  expect(paths.map(({ height, routes }) => [height.size, height.stride, height.start, routes])).toEqual([
    [43, 4, -21, 1],
    [27, 4, -13, 2],
    [11, 4, -5, 1],
  ]);
  expect([aligned, leftOut, position]).toEqual([true, 0, [27, 27]]);
});

test("paths that explode are merged; past a limit it says how many are left out", () => {
  const dense = fieldOf(known("densenet121"), [1, 3, 64, 64], "features.denseblock2");
  const all = dense.paths();
  expect(all.leftOut).toBe(0);
  expect(all.paths.length).toBeLessThan(100);
  expect(all.paths.reduce((sum, { routes }) => sum + routes, 0)).toBe(2 ** 6 * 2 ** 12);
  const few = dense.paths([0, 0], 5);
  expect(few.leftOut).toBeGreaterThan(0);
  expect(few.aligned).toBeNull();
  expect(few.paths[0]!.height.size).toBe(all.paths[0]!.height.size);
});

class Crooked extends nn.Module {
  even = new nn.Conv2d(1, 1, 4, { padding: 1, stride: 2 });
  odd = new nn.Conv2d(1, 1, 3, { padding: 1, stride: 2 });
  forward(x: Tensor): Tensor {
    return cat([this.even.forward(x), this.odd.forward(x)], 1);
  }
}

test("centres that do not line up are a fact", () => {
  const { paths, aligned } = fieldOf(new Crooked(), [1, 1, 16, 16], "").paths();
  expect(aligned).toBe(false);
  expect(paths.map(({ height }) => [height.size, height.start, height.centre])).toEqual([
    [4, -1, 6.5],
    [3, -1, 6],
  ]);
});

test("phases behind a U-Net: smallest and largest", () => {
  const { height } = fieldOf(known("unet"), [1, 1, 256, 256]).field;
  expect(height.smallest).toBeLessThan(height.largest);
  expect(height.stride).toBe(1);
});

test.each([
  { layer: "layer9.conv2", says: "ResNet has no layer layer9.conv2. Close are layer1.0.conv2" },
  { layer: "conv", says: "ResNet has no layer conv. Close are conv1" },
  { layer: "fc", says: "fc (Linear 512→1000): has no height and width, its output is 1x1000. Choose a layer in front" },
])("one line: $says", ({ layer, says }) => {
  expect(() => fieldOf(known("resnet18"), [1, 3, 64, 64], layer)).toThrow(says);
});

test("one line: what else can be wrong", () => {
  const field = fieldOf(known("resnet18"), [1, 3, 64, 64], "layer4");
  expect(() => field.at(2, 0)).toThrow(
    "position 2,0 is outside of its output of 2x2. Rows go from 0 to 1, columns from 0",
  );
  expect(() => field.paths([0, 0.5])).toThrow("position 0,0.5 is outside");
  const silent = new nn.Sequential(conv(3), new nn.Dropout(0.5));
  expect(() => fieldOf(silent, [1, 1, 8, 8], "1")).toThrow("1 (Dropout): the network's output does not use it");
  expect(() => fieldOf(new nn.Sequential(new nn.Linear(4, 2)), [1, 4])).toThrow(
    "no layer has an output with height and width",
  );
});
