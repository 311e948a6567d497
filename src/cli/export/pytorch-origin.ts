import { readFile, stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { recordNetwork } from "../../analysis/recording.ts";
import { ConvsmithError } from "../../core/errors.ts";
import { isWeightFile, readTensorFile } from "../../formats/node.ts";
import type { PytorchRecipe } from "../../formats/pytorch/export/index.ts";
import { models } from "../../models/registry.ts";
import type { ClassificationRecipe, EspcnRecipe, RunConfig } from "../../training/node.ts";
import type { FoundModel } from "../model.ts";

/** Where a network comes from: how it was trained, and what weights of it have to say to be known again. */
export interface PytorchOrigin {
  readonly recipe: PytorchRecipe | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly isRun: boolean;
  /** What of a run train.py doesn't know: its recipe is null then. */
  readonly unlike: string | null;
}

type Options = Readonly<Record<string, unknown>>;

/** A run's folder says all; for other networks the recipe is the usual one of their kind. */
export async function pytorchOrigin(model: FoundModel, options: Options): Promise<PytorchOrigin> {
  const folder = (await stat(model.name).catch(() => null))?.isDirectory() ? model.name : null;
  if (folder === null)
    return { recipe: usualRecipe(model), metadata: await metadataOf(model, options), isRun: false, unlike: null };
  const config = await readConfig(folder);
  const { metadata: kept } = await readTensorFile(join(folder, "model.safetensors"));
  const metadata = { format: "pt", ...kept, training: withoutFigures(kept.training) };
  const unlike = unlikeTrainScript(config);
  const recipe = unlike === null ? ((await runRecipe(folder, config)) ?? usualRecipe(model)) : null;
  return { recipe, metadata, isRun: true, unlike };
}

/** How the run was made, without how far it was and how good: that changes there. */
function withoutFigures(training = "{}"): string {
  const { step: _step, validation: _validation, ...rest } = JSON.parse(training);
  return JSON.stringify(rest);
}

async function readConfig(folder: string): Promise<RunConfig> {
  try {
    return JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
  } catch {
    throw new ConvsmithError(`${folder}: its config.json can't be read`);
  }
}

/** Another recipe than the run's would train another network, so there is none. */
function unlikeTrainScript({ options, data }: RunConfig): string | null {
  if ([options.freeze ?? []].flat().length > 0) return "frozen layers";
  if (options.augment === "crop") return "random crops";
  return (data.resize ?? null) === null ? null : "resized pictures";
}

/** Null for a run of another kind. */
async function runRecipe(folder: string, config: RunConfig): Promise<PytorchRecipe | null> {
  const { options, limit, data } = config;
  const { seed, lr, finalLr, warmup, batch, augment } = options as unknown as ClassificationRecipe;
  const steps = limit.steps ?? (limit.epochs === undefined ? await stepsDone(folder) : 0);
  const shared = {
    data: resolve(String(options.data)),
    seed,
    lr,
    final_lr: finalLr,
    warmup,
    batch,
    augment,
    steps,
    epochs: limit.epochs ?? 0,
  };
  if (config.task === "espcn") {
    const { scale, patch, stride, copies } = options as unknown as EspcnRecipe;
    const validate = options.validate === "" ? "" : resolve(String(options.validate));
    return { task: "super-resolution", ...shared, validate, scale, patch, stride, copies };
  }
  const { input, mean, std } = data as Readonly<Record<string, readonly number[] | undefined>>;
  return input && mean && std ? { task: "classification", ...shared, input, mean, std } : null;
}

/** A run that time limited has no number of steps but those that it made. */
async function stepsDone(folder: string): Promise<number> {
  const { readCheckpoint } = await import("../../training/node.ts");
  return (await readCheckpoint(join(folder, "checkpoint.safetensors"))).position.step;
}

/** For a classifier, and for a network that enlarges pictures of one channel. */
function usualRecipe({ network, inputShape }: FoundModel): PytorchRecipe | null {
  const outputs = recordNetwork(network, inputShape).outputs;
  const [batch, channels, height, width] = inputShape;
  const shape = outputs[0]!.shape;
  if (inputShape.length !== 4 || outputs.length !== 1 || shape[0] !== batch) return null;
  const shared = { data: "", seed: 0, final_lr: 0.01, warmup: 100, steps: 0 };
  if (shape.length === 2) {
    const input = inputShape.slice(1);
    const each = (value: number) => Array<number>(channels!).fill(value);
    const recipe = { ...shared, lr: 1e-3, batch: 64, augment: "none", epochs: 10 };
    return { task: "classification", ...recipe, input, mean: each(0.5), std: each(0.25) };
  }
  const scale = shape[2]! / height!;
  if (shape.length !== 4 || channels !== 1 || shape[1] !== 1 || shape[3]! / width! !== scale) return null;
  if (!Number.isInteger(scale) || scale < 2) return null;
  const recipe = { ...shared, lr: 4e-3, batch: 16, augment: "dihedral", epochs: 100, validate: "" };
  return { task: "super-resolution", ...recipe, scale, patch: 17, stride: 13, copies: [] };
}

async function metadataOf({ name }: FoundModel, options: Options): Promise<Readonly<Record<string, string>>> {
  if (isWeightFile(name) && extname(name) === ".safetensors") {
    const { metadata } = await readTensorFile(name);
    if (metadata.model !== undefined) return { format: "pt", ...metadata };
  }
  const [, base = name, suffix] = /^(.*?)(?:-x(\d+))?$/.exec(name) ?? [];
  const known = Object.keys(models).find((each) => each.toLowerCase() === base.toLowerCase());
  if (known === undefined) return { format: "pt" };
  const scale = suffix === undefined ? options.scale : Number(suffix);
  const { classes, "aux-logits": auxLogits, "width-multiplier": widthMultiplier } = options;
  const usual = ["espcn", "fsrcnn"].includes(known) ? (scale ?? 3) : scale;
  return { format: "pt", model: known, options: JSON.stringify({ scale: usual, classes, auxLogits, widthMultiplier }) };
}
