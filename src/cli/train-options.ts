import type { InferredOptionTypes, Options } from "yargs";

const number = (describe: string) => ({ type: "number", describe, requiresArg: true }) as const satisfies Options;
const text = (describe: string) => ({ type: "string", describe, requiresArg: true }) as const satisfies Options;

/** No default stands here: with --resume, what is left out is what the run was started with. */
export const trainOptions = {
  data: text("Folder of pictures, of one subfolder per class, or of MNIST files"),
  out: { ...text("Folder of the run"), demandOption: true },
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
  augment: { ...text("Flips and rotations"), choices: ["none", "flip", "dihedral"] as const },
  scale: number("espcn: how much larger a picture becomes, 2, 3 or 4 [3]"),
  validate: text("espcn: folder of pictures to judge by [some of --data]"),
  patch: number("espcn: side of a patch in pixels of the small picture [17]"),
  stride: number("espcn: distance of two patches [13]"),
  copies: text("espcn: add reduced copies of the pictures, such as 0.9,0.8,0.7,0.6"),
  input: text("net.ts: size of a picture, such as 3x32x32"),
  "checkpoint-seconds": number("Save that often [30]"),
  json: { type: "boolean", describe: "Print the result as JSON on stdout", default: false },
} as const satisfies Record<string, Options>;

export type TrainOptions = InferredOptionTypes<typeof trainOptions>;
