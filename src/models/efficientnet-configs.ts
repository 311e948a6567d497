import type * as nn from "../nn/index.ts";
import { makeDivisible } from "./blocks/make-divisible.ts";

export interface EfficientNetStage {
  /** Channels between, relative to those that come in. */
  readonly ratio: number;
  readonly kernelSize: number;
  /** Of the first block. */
  readonly stride: number;
  readonly channels: number;
  readonly depth: number;
  readonly fused: boolean;
}

export interface EfficientNetConfig {
  /** Of the first convolution. */
  readonly channels: number;
  readonly stages: readonly EfficientNetStage[];
  readonly lastChannels: number;
  readonly dropout: number;
  readonly normOptions?: nn.BatchNorm2dOptions;
}

type Row = readonly [ratio: number, kernel: number, stride: number, channels: number, depth: number];

/** B0 (table 1 of the first paper). */
const base: readonly Row[] = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
];

/** B0 made wider and deeper. */
function scaled(
  width: number,
  depth: number,
  dropout: number,
  normOptions?: nn.BatchNorm2dOptions,
): EfficientNetConfig {
  const widened = (channels: number) => makeDivisible(channels * width);
  return {
    channels: widened(32),
    lastChannels: 4 * widened(320),
    dropout,
    ...(normOptions ? { normOptions } : {}),
    stages: base.map(([ratio, kernelSize, stride, channels, blocks]) => ({
      ...{ ratio, kernelSize, stride, channels: widened(channels), depth: Math.ceil(blocks * depth) },
      fused: false,
    })),
  };
}

const tf = { eps: 1e-3 };
const tfSlow = { eps: 1e-3, momentum: 0.01 };

/** Version 2: the first three stages are fused. */
function second(channels: number, dropout: number, rows: readonly Row[]): EfficientNetConfig {
  return {
    ...{ channels, lastChannels: 1280, dropout, normOptions: tf },
    stages: rows.map(([ratio, kernelSize, stride, width, depth], at) => ({
      ...{ ratio, kernelSize, stride, channels: width, depth },
      fused: at < 3,
    })),
  };
}

export const efficientnets: Readonly<Record<string, EfficientNetConfig>> = {
  efficientnet_b0: scaled(1, 1, 0.2),
  efficientnet_b1: scaled(1, 1.1, 0.2),
  efficientnet_b2: scaled(1.1, 1.2, 0.3),
  efficientnet_b3: scaled(1.2, 1.4, 0.3),
  efficientnet_b4: scaled(1.4, 1.8, 0.4),
  efficientnet_b5: scaled(1.6, 2.2, 0.4, tfSlow),
  efficientnet_b6: scaled(1.8, 2.6, 0.5, tfSlow),
  efficientnet_b7: scaled(2, 3.1, 0.5, tfSlow),
  efficientnet_v2_s: second(24, 0.2, [
    [1, 3, 1, 24, 2],
    [4, 3, 2, 48, 4],
    [4, 3, 2, 64, 4],
    [4, 3, 2, 128, 6],
    [6, 3, 1, 160, 9],
    [6, 3, 2, 256, 15],
  ]),
  efficientnet_v2_m: second(24, 0.3, [
    [1, 3, 1, 24, 3],
    [4, 3, 2, 48, 5],
    [4, 3, 2, 80, 5],
    [4, 3, 2, 160, 7],
    [6, 3, 1, 176, 14],
    [6, 3, 2, 304, 18],
    [6, 3, 1, 512, 5],
  ]),
  efficientnet_v2_l: second(32, 0.4, [
    [1, 3, 1, 32, 4],
    [4, 3, 2, 64, 7],
    [4, 3, 2, 96, 7],
    [4, 3, 2, 192, 10],
    [6, 3, 1, 224, 19],
    [6, 3, 2, 384, 25],
    [6, 3, 1, 640, 7],
  ]),
};
