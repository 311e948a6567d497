import { describe, expect, test } from "vitest";
import { summarize } from "../../analysis/index.ts";
import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { billions, missing, note, rowsOf } from "../../testing/published.ts";

interface Row {
  readonly model: string;
  readonly resolution: number | null;
  readonly end_point: string;
  readonly flops_billion: number | null;
}

const same = (from: number, to: number, kernel: number, options: nn.ConvolutionOptions = {}) =>
  new nn.Conv2d(from, to, kernel, { padding: (kernel - 1) / 2, ...options });

/** A network, and after which of its layers each end point lies. */
interface EndPoints {
  readonly layers: readonly nn.Layer[];
  readonly ends: readonly number[];
}

function alexNet(): EndPoints {
  const pool = () => new nn.MaxPool2d(3, { stride: 2 });
  const layers = [
    ...[new nn.Conv2d(3, 64, 11, { stride: 4 }), pool(), same(64, 192, 5), pool()],
    ...[same(192, 384, 3), same(384, 384, 3), same(384, 256, 3), pool()],
  ];
  return { layers, ends: [0, 1, 2, 4, 5, 6, 7] };
}

/** The end points of a stage are its first two convolutions, or its only one, and its pooling. */
function vgg(depths: readonly number[], named: (depth: number, stage: number) => number): EndPoints {
  const layers: nn.Layer[] = [];
  const ends: number[] = [];
  let channels = 3;
  for (const [stage, depth] of depths.entries()) {
    const width = Math.min(512, 64 * 2 ** stage);
    for (let at = 0; at < depth; at++, channels = width) {
      if (at < named(depth, stage)) ends.push(layers.length);
      layers.push(same(channels, width, 3));
    }
    ends.push(layers.length);
    layers.push(new nn.MaxPool2d(2));
  }
  return { layers, ends };
}

/** As the table has it: made without an argument scope, its layers have biases and no batch norm. */
function mobileNet(): EndPoints {
  const layers: nn.Layer[] = [same(3, 32, 3, { stride: 2 })];
  const ends = [0];
  let channels = 32;
  for (const [width, stride] of [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    ...Array(5).fill([512, 1]),
    [1024, 2],
    [1024, 1],
  ] as [number, number][]) {
    layers.push(same(channels, channels, 3, { stride, groups: channels }), same(channels, width, 1));
    ends.push(layers.length - 1);
    channels = width;
  }
  return { layers, ends };
}

const normed = (from: number, to: number, kernel: number, stride = 1) =>
  new nn.Sequential(same(from, to, kernel, { stride, bias: false }), new nn.BatchNorm2d(to));

class Unit extends nn.Module {
  body: nn.Sequential;
  shortcut: nn.Layer;
  relu = new nn.ReLU();

  constructor(from: number, width: number, stride: number) {
    super();
    this.body = new nn.Sequential(normed(from, width, 1), normed(width, width, 3, stride), normed(width, 4 * width, 1));
    // Where channels stay, TF-Slim takes every other pixel by a pooling of one.
    this.shortcut = from === 4 * width ? new nn.MaxPool2d(1, { stride }) : normed(from, 4 * width, 1, stride);
    if (from === 4 * width && stride === 1) this.shortcut = new nn.Identity();
  }

  forward(x: Tensor): Tensor {
    return this.relu.forward(this.shortcut.forward(x).add(this.body.forward(x)));
  }
}

/** TF-Slim's: the stride is in a block's last unit. */
function resNet(): EndPoints {
  const layers: nn.Layer[] = [normed(3, 64, 7, 2), new nn.MaxPool2d(3, { stride: 2, padding: 1 })];
  const ends: number[] = [];
  let channels = 64;
  for (const [width, depth, stride] of [
    [64, 3, 2],
    [128, 4, 2],
    [256, 6, 2],
    [512, 3, 1],
  ] as const) {
    for (let at = 0; at < depth; at++, channels = 4 * width) {
      layers.push(new Unit(channels, width, at === depth - 1 ? stride : 1));
    }
    ends.push(layers.length - 1);
  }
  return { layers, ends };
}

const networks: Readonly<Record<string, () => EndPoints>> = {
  alexnet_v2: alexNet,
  vgg_a: () => vgg([1, 1, 2, 2, 2], (depth) => depth),
  vgg_16: () => vgg([2, 2, 3, 3, 3], (depth) => depth - 1),
  mobilenet_v1: mobileNet,
  resnet_v1_50: resNet,
};

/** FLOPs up to each end point. */
function upTo({ layers, ends }: EndPoints, side: number): number[] {
  const rows = summarize(new nn.Sequential(...layers), [1, 3, side, side], { convention: "google" }).layers;
  const within = (end: number) => rows.filter(({ path }) => Number(path.split(".")[0]) <= end);
  return ends.map((end) => within(end).reduce((sum, { flops }) => sum + flops, 0));
}

const rows = rowsOf<Row>("receptive_field_end_points").filter(({ flops_billion }) => flops_billion !== null);
const cases = Object.keys(networks).flatMap((model) => [224, 321].map((side) => ({ model, side })));

describe.skipIf(missing)(`FLOPs of google's table of receptive fields${note}`, () => {
  test.each(cases)("$model at $side pixels", ({ model, side }) => {
    const published = rows.filter((row) => row.model === model && row.resolution === side);
    expect(published.length).toBeGreaterThan(0);
    expect(upTo(networks[model]!(), side).map((flops) => billions(flops, 3))).toEqual(
      published.map(({ flops_billion }) => flops_billion),
    );
  });
});
