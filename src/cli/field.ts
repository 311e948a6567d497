import type { Argv, InferredOptionTypes, Options } from "yargs";
import {
  type EffectiveField,
  effectiveField,
  fieldOf,
  holdingCircle,
  type LayerField,
  type Position,
} from "../analysis/index.ts";
import { ArgumentError } from "../core/errors.ts";
import { checkImagePath, readImage, toPixels } from "../data/node.ts";
import { manualSeed, randn, type Tensor, tensor } from "../tensor/index.ts";
import { checkFolder } from "./check-folder.ts";
import { useWasm } from "./device.ts";
import { UsageError } from "./errors.ts";
import { type FieldFacts, fieldText } from "./field-text.ts";
import { loadKnownWeights } from "./field-weights.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";
import { SlowProgress } from "./slow-progress.ts";
import { checkWhole } from "./whole-number.ts";

const fieldOptions = {
  ...modelOptions,
  ...jsonOption,
  layer: {
    type: "string",
    describe: "Which layer: conv1, layer1.0.conv2 … [the last one with height and width]",
    requiresArg: true,
  },
  at: { type: "string", describe: "Row and column of its output, such as 3,3 [the middle]", requiresArg: true },
  out: {
    alias: "o",
    type: "string",
    describe: "The picture to write: .png, .jpg or .webp",
    demandOption: true,
    requiresArg: true,
  },
  image: { type: "string", describe: "A picture to draw on, and to take as input [random inputs]", requiresArg: true },
  weights: {
    type: "string",
    describe: "A run's folder, or a .safetensors, .pt or .pth file [those of the model, else random]",
    requiresArg: true,
  },
  draws: { type: "number", describe: "Over how many inputs the gradient is averaged", default: 8, requiresArg: true },
  seed: { type: "number", describe: "Of all that is random", default: 0, requiresArg: true },
  threads: { type: "number", describe: "Threads to compute with [all cores]", requiresArg: true },
} as const satisfies Record<string, Options>;

type FieldOptions = InferredOptionTypes<typeof fieldOptions> & { readonly model: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(fieldOptions)
    .example("$0 field resnet18 --input 1x3x224x224 --layer layer2 -o field.png", "")
    .example("$0 field espcn-x3 --input 1x1x48x48 --at 0,0 --image cat.png -o field.png", "At a corner, on a picture");

/** Draws what one position of a layer sees: the theoretical field as an outline, the effective one as heat. */
export async function handler(options: FieldOptions): Promise<void> {
  const { model, layer, out, seed, json } = options;
  checkImagePath(out);
  await checkFolder(out);
  checkWhole("--draws", options.draws, 1);
  checkWhole("--seed", seed, 0);
  const position = options.at === undefined ? undefined : parsePosition(options.at);
  useWasm(options.threads);
  manualSeed(seed);
  const { network, inputShape } = await findModel(model, options);
  const shape = [...inputShape];
  // One picture at a time.
  if (shape.length === 4) shape[0] = 1;
  const field = fieldOf(network, shape, layer);
  const [y, x] = position ?? field.centre;
  const seen = field.at(y, x);
  const pixels = options.image === undefined ? null : await pixelsOf(options.image, shape);
  const weights = await loadKnownWeights(model, network, options);
  // One picture and one channel: every draw would be the same.
  const draws = pixels && field.outputShape.at(-3) === 1 ? 1 : options.draws;
  const inputs = Array.from({ length: draws }, () => (pixels ? tensor(scaled(pixels), shape) : randn(shape)));
  const effective = await gradientsOf(network, inputs, field, [y, x], seed);
  const facts: FieldFacts = {
    model,
    field,
    seen,
    paths: field.paths([y, x]),
    effective,
    circle: holdingCircle(effective),
    image: options.image ?? null,
    weights,
    draws,
    seed,
    output: out,
  };
  // sharp is only needed to draw.
  const { writeFieldPicture } = await import("./field-picture.ts");
  await writeFieldPicture(out, facts, pixels);
  printResult(json, jsonOf(facts), () => fieldText(facts).join("\n"));
}

async function gradientsOf(
  network: Parameters<typeof effectiveField>[0],
  inputs: readonly Tensor[],
  field: LayerField,
  position: Position,
  seed: number,
): Promise<EffectiveField> {
  const progress = new SlowProgress("Gradients");
  const onProgress = (done: number, total: number) => progress.update(done, total, `input ${done} of ${total}`);
  try {
    return await effectiveField(network, inputs, field.path, position, { seed, onProgress });
  } finally {
    progress.stop();
  }
}

/** The picture, cut and resized to the network's input: [channels, height, width] codes. */
async function pixelsOf(path: string, shape: readonly number[]): Promise<Uint8Array> {
  const [channels, height, width] = shape.slice(-3);
  const image = await readImage(path);
  if (channels !== 1 && channels !== 3) {
    throw new ArgumentError(
      `--image: a picture has 1 or 3 channels, and the network's input has ${channels}. Leave it out.`,
    );
  }
  return toPixels(image, channels, height!, width!);
}

const scaled = (codes: Uint8Array) => Float32Array.from(codes, (code) => code / 255);

function parsePosition(text: string): Position {
  const match = /^\s*(-?\d+)\s*,\s*(-?\d+)\s*$/.exec(text);
  if (!match) throw new UsageError(`--at must be a row and a column such as 3,3, got ${text}`);
  return [Number(match[1]), Number(match[2])];
}

function jsonOf({ field, seen, paths, effective, circle, ...rest }: FieldFacts) {
  const { path, description, inputShape, outputShape, calls } = field;
  const { seen: pixels, ...position } = seen;
  return {
    ...rest,
    layer: { path, description, inputShape, outputShape, calls },
    field: field.field,
    ...position,
    seen: { rows: pixels.rows, columns: pixels.columns, pixels: pixels.count },
    paths: paths.paths,
    aligned: paths.aligned,
    pathsLeftOut: paths.leftOut,
    effective: { share: 0.9, circle, pixels: effective.values.filter((value) => value > 0).length },
  };
}
