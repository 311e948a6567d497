import { extname } from "node:path";
import type { Argv, InferredOptionTypes, Options } from "yargs";
import { inMode, tensorsIn } from "../analysis/recording.ts";
import { ConvsmithError } from "../core/errors.ts";
import {
  parseNpy,
  readRegular,
  readSafetensors,
  realTensor,
  safetensorsFromFloat32,
  safetensorsFromInt32,
  serializeNpy,
  toFloat32,
  writeFileAtomic,
  writeSafetensors,
} from "../formats/node.ts";
import { noGrad, type Tensor, tensor } from "../tensor/index.ts";
import { checkFolder } from "./check-folder.ts";
import { useWasm } from "./device.ts";
import { UsageError } from "./errors.ts";
import { loadKnownWeights } from "./field-weights.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";
import { checkWhole } from "./whole-number.ts";

const { input: _input, dim: _dim, ...others } = modelOptions;

const options = {
  ...others,
  input: {
    type: "string",
    demandOption: true,
    describe: "The numbers that go in: a .npy file, or a .safetensors file of one tensor",
    requiresArg: true,
  },
  weights: { type: "string", describe: "A .safetensors, .pt or .pth file, or a run's folder", requiresArg: true },
  out: { alias: "o", type: "string", describe: "Write the output here: .npy or .safetensors", requiresArg: true },
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
    .example("$0 run net.onnx --input picture.npy --top 5 --labels classes.txt", "");

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
    if (![".npy", ".safetensors"].includes(extname(out))) {
      throw new UsageError(`-o must be a .npy or .safetensors file, got ${out}`);
    }
    await checkFolder(out);
  }
  const labels = asked.labels === undefined ? [] : await linesOf(asked.labels);
  const given = await readInput(path);
  useWasm(asked.threads);
  const { network } = await findModel(model, { ...asked, input: given.shape.join("x") });
  const loaded = await loadKnownWeights(model, network, asked);
  if (loaded === null) {
    throw new ConvsmithError(`${model}: has no weights of its own. Name some: --weights file.safetensors`);
  }
  const results = await noGrad(() => inMode(network, false, () => namedOutputs(network.forward(given))));
  const numbers = new Map<string, Float32Array | Int32Array>();
  for (const [name, each] of results) numbers.set(name, await each.data());
  if (out !== undefined) await write(out, results, numbers);
  const outputs = Object.fromEntries(
    [...results].map(([name, { shape, dtype }]) => [name, { shape, dtype, ...factsOf(numbers.get(name)!) }]),
  );
  const [[firstName, first]] = [...results] as [[string, Tensor]];
  const classes = asked.top === undefined ? null : topOf(first, numbers.get(firstName)!, asked.top, labels);
  printResult(asked.json, { model, outputs, ...(classes && { classes }), ...(out !== undefined && { out }) }, () =>
    text(outputs, classes, out),
  );
}

/** @throws ConvsmithError for a file of several tensors; FileFormatError for a damaged one. */
async function readInput(path: string): Promise<Tensor> {
  if (extname(path) === ".npy") {
    const found = parseNpy(await readRegular(path), path);
    return tensor(toFloat32(found), found.shape);
  }
  if (extname(path) !== ".safetensors") {
    throw new UsageError(`--input must be a .npy or .safetensors file with the numbers, got ${path}`);
  }
  const { tensors } = await readSafetensors(path);
  const [entry, ...rest] = [...tensors];
  if (!entry || rest.length > 0) throw new ConvsmithError(`${path}: needs one tensor, has ${tensors.size}`);
  const found = realTensor(entry[0], entry[1]);
  return tensor(toFloat32(found), found.shape);
}

const linesOf = async (path: string) =>
  new TextDecoder()
    .decode(await readRegular(path))
    .trim()
    .split(/\r?\n/);

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
    throw new UsageError(`a .npy file holds one output, and there are ${stored.size}: use -o y.safetensors`);
  await writeFileAtomic(path, serializeNpy([...stored.values()][0]!));
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
