import type { Argv, InferredOptionTypes, Options } from "yargs";
import { type ComparedLayer, compareNetworks, type Distance } from "../analysis/compare.ts";
import { ConvsmithError } from "../core/errors.ts";
import { manualSeed, randn, type Tensor } from "../tensor/index.ts";
import { useWasm } from "./device.ts";
import { UsageError } from "./errors.ts";
import { loadKnownWeights } from "./field-weights.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";
import { checkNoPictureOptions, isPicture, pictureOptions, readNumbers, readPicture } from "./run-input.ts";
import { table } from "./table.ts";
import { checkWhole } from "./whole-number.ts";

const { input: _input, ...others } = modelOptions;
const weights = (which: string) =>
  ({ type: "string", describe: `Weights of ${which}: a file, or a run's folder`, requiresArg: true }) as const;

const options = {
  ...others,
  input: {
    type: "string",
    describe: "A .npy, .safetensors or picture file, or a shape (1x3x224x224) for random numbers [the first model's]",
    requiresArg: true,
  },
  ...pictureOptions,
  weights: weights("the first model, and of the other where --other-weights is left out and it has none"),
  "other-weights": weights("the other model"),
  tolerance: {
    type: "number",
    describe: "Fail where the outputs' relative difference is larger, and mark layers from there on",
    default: 1e-4,
    requiresArg: true,
  },
  seed: { type: "number", describe: "Of random numbers", default: 0, requiresArg: true },
  threads: { type: "number", describe: "Threads to compute with [all cores]", requiresArg: true },
  ...jsonOption,
} as const satisfies Record<string, Options>;

type CompareOptions = InferredOptionTypes<typeof options> & { readonly model: string; readonly other: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .positional("other", { type: "string", describe: "What it is compared with: any of these too" })
    .options(options)
    .example("$0 compare runs/pets pets.onnx --input cat.jpg", "")
    .example("$0 compare resnet18 resnet18.onnx --weights resnet18.pth --input 1x3x224x224", "");

/** Runs two networks on one input and tells how far they are apart. @throws ConvsmithError where it is too far. */
export async function handler(asked: CompareOptions): Promise<void> {
  const { model, other, tolerance, seed, json } = asked;
  if (!(tolerance >= 0)) throw new UsageError(`--tolerance must be a number from 0, got ${tolerance}`);
  checkWhole("--seed", seed, 0);
  useWasm(asked.threads);
  manualSeed(seed);
  const { input, network } = await modelAndInput(model, asked);
  await loadFor(model, network, asked, asked.weights);
  const shape = input.shape.join("x");
  const { network: second } = await findModel(other, { ...only(other, asked), input: shape });
  await loadFor(other, second, asked, asked["other-weights"] ?? asked.weights);
  const comparison = await compareNetworks(network, second, input, tolerance);
  const { layers, output, matchedBy } = comparison;
  const first = layers.find(({ distance }) => distance !== null && distance.relative > tolerance) ?? null;
  const agrees = output.relative <= tolerance;
  printResult(json, { model, other, tolerance, agrees, firstDifference: first, ...comparison }, () => {
    const rows = layers.map((layer) => rowOf(layer, layer === first));
    const paired = layers.filter(({ distance }) => distance !== null).length;
    const single = layers.length - paired;
    const how = matchedBy === "name" ? "by name" : "in order, by the sizes and numbers of their outputs";
    return [
      table([["layer", "other", "output", "abs", "rel", ""], ...rows]),
      `${paired} layers matched ${how}${single > 0 ? `; ${single} only in one of the networks` : ""}`,
      `output: ${distanceText(output)}, ${agrees ? "within" : "over"} the tolerance of ${tolerance}`,
    ].join("\n");
  });
  if (!agrees) {
    const where = first ? `. The first layer that differs is ${first.a}` : "";
    throw new ConvsmithError(`the outputs differ by ${short(output.relative)}, more than ${tolerance}${where}`);
  }
}

/** Options of a known network are for names; an ONNX file takes none. */
function only(model: string, asked: CompareOptions): Partial<CompareOptions> {
  const { dim, scale, classes, "width-multiplier": width, "aux-logits": heads } = asked;
  return model.endsWith(".onnx") ? {} : { dim, scale, classes, "width-multiplier": width, "aux-logits": heads };
}

async function modelAndInput(model: string, asked: CompareOptions) {
  const { input: path, dim, ...request } = asked;
  const sizes = model.endsWith(".onnx") ? { dim } : request;
  if (path !== undefined && isPicture(path)) {
    const found = await findModel(model, sizes, () => [1, 3, 224, 224]);
    return { network: found.network, input: (await readPicture(path, found, asked)).input };
  }
  checkNoPictureOptions(path ?? "a shape", asked);
  if (path === undefined || /^\d+([x×]\d+)*$/i.test(path)) {
    const found = await findModel(model, { ...sizes, ...(path !== undefined && { input: path }) });
    return { network: found.network, input: randn(found.inputShape) };
  }
  const input: Tensor = await readNumbers(path);
  const { network } = await findModel(model, { ...sizes, dim: undefined, input: input.shape.join("x") });
  return { network, input };
}

async function loadFor(
  model: string,
  network: Parameters<typeof loadKnownWeights>[1],
  asked: CompareOptions,
  file: string | undefined,
): Promise<void> {
  // What has weights of its own keeps them.
  if ((await loadKnownWeights(model, network, { scale: asked.scale })) !== null) return;
  if (file === undefined) throw new ConvsmithError(`${model}: has no weights of its own. Name some: --weights net.pth`);
  await loadKnownWeights(model, network, { weights: file });
}

function rowOf({ a, b, shape, distance }: ComparedLayer, isFirst: boolean): string[] {
  const figures = distance ? [short(distance.absolute), short(distance.relative)] : ["–", "–"];
  return [a ?? "–", b ?? "–", shape.join("×"), ...figures, isFirst ? "◀ first over the tolerance" : ""];
}

const short = (value: number) => (value === 0 ? "0" : value.toExponential(2));
const distanceText = ({ absolute, relative }: Distance) =>
  `largest difference ${short(absolute)}, relative ${short(relative)}`;
