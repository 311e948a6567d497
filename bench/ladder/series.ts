import type { LayerSpec, Workload } from "../lib/workload.ts";
import { espcn } from "../networks/espcn.ts";

/** One size along which a network grows; everything else stays. */
export interface Series {
  readonly name: string;
  readonly network: string;
  /** Of the chart's axis: where a rung stands on it, so that rungs are evenly apart. */
  readonly axis: string;
  readonly place: (value: number) => number;
  readonly values: readonly number[];
  readonly workload: (value: number, kind: Workload["kind"]) => Workload;
}

/** As ESPCN, and thin: the activations of a step over the largest picture have to fit into a device's 2 GiB. */
const thin: readonly LayerSpec[] = [
  ["Conv2d", 1, 8, 5, { padding: 2 }],
  ["Tanh"],
  ["Conv2d", 8, 4, 3, { padding: 1 }],
  ["PixelShuffle", 2],
];

const workload = (kind: Workload["kind"], network: readonly LayerSpec[], input: readonly number[]): Workload => ({
  name: "ladder",
  kind,
  network,
  input,
  loss: "MSELoss",
  peers: {},
});

export const ladder: readonly Series[] = [
  {
    name: "channels",
    network: "a 3x3 convolution of 1x64x64, as many channels in as out",
    axis: "log2 of channels",
    place: Math.log2,
    values: [8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256],
    workload: (channels, kind) =>
      workload(kind, [["Conv2d", channels, channels, 3, { padding: 1 }]], [1, channels, 64, 64]),
  },
  {
    name: "batch",
    network: "ESPCN x3 on 32x32",
    axis: "log2 of the batch",
    place: Math.log2,
    values: [1, 2, 4, 8, 16, 32, 64, 128],
    workload: (batch, kind) => workload(kind, espcn(3), [batch, 1, 32, 32]),
  },
  {
    name: "megapixels",
    network: "1→8→4 channels and PixelShuffle x2, one square picture",
    axis: "log10 of pixels",
    place: (megapixels) => Math.log10(megapixels * 1e6),
    values: [0.1, 0.25, 0.5, 1, 2, 4, 8, 16],
    workload: (megapixels, kind) => {
      const side = Math.round(Math.sqrt(megapixels * 1e6));
      return workload(kind, thin, [1, 1, side, side]);
    },
  },
];
