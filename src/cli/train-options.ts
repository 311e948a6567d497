import type { InferredOptionTypes, Options } from "yargs";
import { weightOptions } from "./weight-options.ts";

const number = (describe: string) => ({ type: "number", describe, requiresArg: true }) as const satisfies Options;
const several = (describe: string) =>
  ({ type: "string", array: true, describe, requiresArg: true }) as const satisfies Options;
const text = (describe: string) => ({ type: "string", describe, requiresArg: true }) as const satisfies Options;

/** No default stands here: with --resume, what is left out is what the run was started with. */
export const trainOptions = {
  data: text("Folder of pictures, of one subfolder per class, or of MNIST files"),
  out: { ...text("Folder of the run"), alias: "o", demandOption: true },
  weights: text("Start from these: a .pth, .pt or .safetensors file, or a run's folder"),
  replace: several("Layers that start fresh instead, such as fc, the last one of resnet18"),
  freeze: several("Layers that are not trained: 'layer1' 'layer*', or all but those that are replaced"),
  ...weightOptions,
  epochs: number("Train for so many passes over the data"),
  steps: number("Train for so many steps"),
  minutes: number("Train for so long"),
  seed: number("Seed of everything random [0]"),
  threads: number("Threads; the numbers are the same with any [all cores]"),
  resume: { type: "boolean", describe: "Go on with the run in --out", default: false },
  lr: number("Learning rate at its highest"),
  "final-lr": number("Learning rate at the end, as a share of --lr [0.01]"),
  warmup: number("Steps over which the learning rate rises [100]"),
  batch: number("Pictures or patches in a batch"),
  augment: { ...text("Flips, rotations, random parts"), choices: ["none", "flip", "dihedral", "crop"] as const },
  scale: number("espcn: how much larger a picture becomes, 2, 3 or 4 [3]"),
  validate: text("espcn: folder of pictures to judge by [some of --data]"),
  patch: number("espcn: side of a patch in pixels of the small picture [17]"),
  stride: number("espcn: distance of two patches [13]"),
  copies: text("espcn: add reduced copies of the pictures, such as 0.9,0.8,0.7,0.6"),
  input: text("Size of a picture as the network gets it, such as 3x64x64 [what the network is known for]"),
  mean: text("Mean of each channel, such as 0.485,0.456,0.406 [ImageNet's]"),
  std: text("Standard deviation of each channel [ImageNet's]"),
  "checkpoint-seconds": number("Save that often [30]"),
  json: { type: "boolean", describe: "Print the result as JSON on stdout", default: false },
} as const satisfies Record<string, Options>;

export type TrainOptions = InferredOptionTypes<typeof trainOptions>;
