import { stat } from "node:fs/promises";
import { extname } from "node:path";
import type { Argv, InferredOptionTypes, Options } from "yargs";
import { explained, inMode, tensorsIn } from "../analysis/recording.ts";
import { ConvsmithError } from "../core/errors.ts";
import { fromPlanes, writeImage } from "../data/node.ts";
import {
  readRegular,
  safetensorsFromFloat32,
  safetensorsFromInt32,
  serializeNpy,
  writeFileAtomic,
  writeSafetensors,
} from "../formats/node.ts";
import type { Module } from "../nn/index.ts";
import { noGrad, type Tensor } from "../tensor/index.ts";
import { readRunFields } from "../training/run-fields.ts";
import { checkFolder } from "./check-folder.ts";
import { useWasm } from "./device.ts";
import { UsageError } from "./errors.ts";
import { loadKnownWeights } from "./field-weights.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { namedInputs, readNamedInputs } from "./named-inputs.ts";
import { printResult } from "./output.ts";
import { checkNoPictureOptions, isPicture, pictureOptions, readNumbers, readPicture } from "./run-input.ts";
import { checkWhole } from "./whole-number.ts";

const { input: _input, dim: _dim, ...others } = modelOptions;

const options = {
  ...others,
  input: {
    type: "string",
    demandOption: true,
    describe:
      "What goes in: a .npy file, a .safetensors file of one tensor, or a picture; ONNX of several inputs: NAME=FILE for each",
    requiresArg: true,
  },
  weights: { type: "string", describe: "A .safetensors, .pt or .pth file, or a run's folder", requiresArg: true },
  ...pictureOptions,
  out: {
    alias: "o",
    type: "string",
    describe: "Write the output here: .npy, .safetensors, or .png, .jpg, .webp where it is a picture",
    requiresArg: true,
  },
  top: { type: "number", describe: "Show so many of the classes with the largest outputs", requiresArg: true },
  labels: { type: "string", describe: "A text file with the name of a class on each line", requiresArg: true },
  threads: { type: "number", describe: "Threads to compute with [default: all cores]", requiresArg: true },
  ...jsonOption,
} as const satisfies Record<string, Options>;

type RunOptions = InferredOptionTypes<typeof options> & { readonly model: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(options)
    .example("$0 run net.onnx --input x.npy -o y.npy", "")
    .example("$0 run pair.onnx --input left=a.npy --input right=b.npy -o y.safetensors", "")
    .example("$0 run runs/pets --input cat.jpg --top 3", "As the run's pictures were prepared")
    .example(
      "$0 run net.onnx --input cat.png --size 256 --crop 224 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225",
      "",
    )
    .example("$0 run espcn-x3 --input cat.png -o large.png", "Grey, as the network's channels");

interface Output {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

interface Class {
  readonly class: number;
  readonly label: string | null;
  readonly value: number;
}

/** Runs a network once, and tells what comes out. @throws ConvsmithError for a model without weights. */
export async function handler({ model, input: path, ...asked }: RunOptions): Promise<void> {
  checkWhole("--top", asked.top, 1);
  if (asked.labels !== undefined && asked.top === undefined)
    throw new UsageError("--labels names what --top shows: add --top 5");
  const { out } = asked;
  if (out !== undefined) {
    if (![".npy", ".safetensors"].includes(extname(out)) && !isPicture(out)) {
      throw new UsageError(`-o must be a .npy or .safetensors file, or a picture, got ${out}`);
    }
    await checkFolder(out);
  }
  const labels = asked.labels === undefined ? await classNames(model) : await linesOf(asked.labels);
  useWasm(asked.threads);
  const { network, forward, how } = await modelAndInput(model, path, asked);
  const loaded = await loadKnownWeights(model, network, asked);
  if (loaded === null) {
    throw new ConvsmithError(`${model}: has no weights of its own. Name some: --weights file.safetensors`);
  }
  const results = outputsOf(network, forward);
  const numbers = new Map<string, Float32Array | Int32Array>();
  for (const [name, each] of results) numbers.set(name, await each.data());
  if (out !== undefined) await write(out, results, numbers);
  const outputs = Object.fromEntries(
    [...results].map(([name, { shape, dtype }]) => [name, { shape, dtype, ...factsOf(numbers.get(name)!) }]),
  );
  const [[firstName, first]] = [...results] as [[string, Tensor]];
  const classes = asked.top === undefined ? null : topOf(first, numbers.get(firstName)!, asked.top, labels);
  const count = first.shape.at(first.shape.length === 1 ? 0 : 1);
  if (asked.labels !== undefined && labels.length !== count) {
    throw new ConvsmithError(`--labels names ${labels.length} classes, and the output has ${count}`);
  }
  printResult(
    asked.json,
    { model, ...(how && { picture: how }), outputs, ...(classes && { classes }), ...(out !== undefined && { out }) },
    () => [...(how ? [`picture: ${how}`] : []), text(outputs, classes, out)].join("\n"),
  );
}

function outputsOf(network: Module, forward: () => unknown): Map<string, Tensor> {
  try {
    return noGrad(() => inMode(network, false, () => namedOutputs(forward())));
  } catch (error) {
    throw explained(network, error);
  }
}

/** The network, with a call of it on what is asked for. */
async function modelAndInput(model: string, path: string, asked: Omit<RunOptions, "model" | "input">) {
  // What is there under all of it is a file, though its name has a "=".
  const named = (await stat(path).catch(() => null)) ? null : namedInputs(path);
  if (isPicture(path) && !named) {
    // Its size is found from what the network takes.
    const found = await findModel(model, asked, () => [1, 3, 224, 224]);
    const { input, how } = await readPicture(path, found, asked);
    return { network: found.network, forward: () => found.network.forward(input), how };
  }
  checkNoPictureOptions(path, asked);
  if (named) {
    const { network, inputs } = await readNamedInputs(model, named);
    return { network, forward: () => network.forward(...inputs), how: null };
  }
  const given = await readNumbers(path);
  const { network } = await findModel(model, { ...asked, input: given.shape.join("x") });
  return { network, forward: () => network.forward(given), how: null };
}

/** Those of a run's folder; of other models none are known. */
async function classNames(model: string): Promise<readonly string[]> {
  const entry = await stat(model).catch(() => null);
  if (!entry?.isDirectory()) return [];
  const config = await readRunFields(model);
  const data = config.has("data") ? config.object("data") : null;
  return data?.has("classes") ? data.texts("classes") : [];
}

async function linesOf(path: string): Promise<string[]> {
  const bytes = await readRegular(path);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trimEnd();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they would be sent to the terminal
    if (!/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) return text.split(/\r?\n/);
  } catch {
    // Said below.
  }
  throw new ConvsmithError(`${path}: is no text file with the name of a class on each line`);
}

/** A single output has the name "output"; others have those that the network gives them. */
function namedOutputs(value: unknown): Map<string, Tensor> {
  const all = tensorsIn(value);
  if (all.length === 1) return new Map([["output", all[0]!]]);
  const names = Object.keys(value as object);
  return new Map(all.map((each, at) => [names.length === all.length ? names[at]! : `output ${at}`, each]));
}

async function write(
  path: string,
  results: ReadonlyMap<string, Tensor>,
  numbers: ReadonlyMap<string, Float32Array | Int32Array>,
): Promise<void> {
  const stored = new Map(
    [...results].map(([name, { shape }]) => {
      const data = numbers.get(name)!;
      return [
        name,
        data instanceof Int32Array ? safetensorsFromInt32(data, shape) : safetensorsFromFloat32(data, shape),
      ];
    }),
  );
  if (extname(path) === ".safetensors") return await writeSafetensors(path, stored);
  if (stored.size > 1)
    throw new UsageError(`${path}: holds one output, and there are ${stored.size}: use -o y.safetensors`);
  if (isPicture(path)) return await writePicture(path, [...results.values()][0]!.shape, [...numbers.values()][0]!);
  await writeFileAtomic(path, serializeNpy([...stored.values()][0]!));
}

/** [1, 3 or 1, H, W] in [0, 1], as super-resolution networks give it. */
async function writePicture(path: string, shape: readonly number[], numbers: ArrayLike<number>): Promise<void> {
  const [channels, height = 0, width = 0] = shape.slice(-3);
  const one = shape.slice(0, -3).every((size) => size === 1);
  if (shape.length < 3 || !one || (channels !== 1 && channels !== 3)) {
    throw new ConvsmithError(
      `${path}: the output [${shape.join(", ")}] is no picture, which has 1 or 3 channels, a height and a width. Use -o y.npy.`,
    );
  }
  const area = height * width;
  const all = Float32Array.from(numbers);
  const planes = Array.from({ length: channels }, (_, at) => ({
    width,
    height,
    data: all.subarray(at * area, (at + 1) * area),
  }));
  await writeImage(path, fromPlanes(planes, 8));
}

function factsOf(data: ArrayLike<number>): Pick<Output, "min" | "max" | "mean"> {
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let at = 0; at < data.length; at++) {
    min = Math.min(min, data[at]!);
    max = Math.max(max, data[at]!);
    sum += data[at]!;
  }
  return { min, max, mean: sum / data.length };
}

/** For each sample of [N, classes]. @throws ConvsmithError for an output that is not one number a class. */
function topOf({ shape }: Tensor, data: ArrayLike<number>, count: number, labels: readonly string[]): Class[][] {
  const [samples = 1, classes = 0, ...rest] = shape.length === 1 ? [1, ...shape] : shape;
  if (rest.some((size) => size !== 1) || classes === 0) {
    throw new ConvsmithError(`--top needs an output [N, classes], got [${shape.join(", ")}]`);
  }
  return Array.from({ length: samples }, (_, sample) =>
    Array.from({ length: classes }, (_, each) => ({
      class: each,
      label: labels[each] ?? null,
      value: data[sample * classes + each]!,
    }))
      .sort((a, b) => b.value - a.value)
      .slice(0, count),
  );
}

const short = (value: number) => Number(value.toPrecision(6)).toString();

function text(outputs: Readonly<Record<string, Output>>, classes: Class[][] | null, out: string | undefined): string {
  const lines = Object.entries(outputs).map(
    ([name, { shape, min, max, mean }]) =>
      `${name} ${shape.join("×") || "scalar"}: min ${short(min)}, max ${short(max)}, mean ${short(mean)}`,
  );
  for (const [sample, found] of (classes ?? []).entries()) {
    if (classes!.length > 1) lines.push(`sample ${sample}`);
    for (const each of found) lines.push(`  ${each.label ?? `class ${each.class}`}  ${short(each.value)}`);
  }
  if (out !== undefined) lines.push(`wrote ${out}`);
  return lines.join("\n");
}
