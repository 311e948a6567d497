import { stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { recordNetwork } from "../../analysis/recording.ts";
import { ConvsmithError } from "../../core/errors.ts";
import { isWeightFile, readTensorFile } from "../../formats/node.ts";
import type { PytorchRecipe } from "../../formats/pytorch/export/index.ts";
import { models } from "../../models/registry.ts";
import { type RunFields, readRunFields } from "../../training/run-fields.ts";
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

const augments = ["none", "flip", "dihedral", "crop"] as const;

/** A run's folder says all; for other networks the recipe is the usual one of their kind. */
export async function pytorchOrigin(model: FoundModel, options: Options): Promise<PytorchOrigin> {
  const folder = (await stat(model.name).catch(() => null))?.isDirectory() ? model.name : null;
  if (folder === null)
    return { recipe: usualRecipe(model), metadata: await metadataOf(model, options), isRun: false, unlike: null };
  const config = await readRunFields(folder);
  const weights = join(folder, "model.safetensors");
  const { metadata: kept } = await readTensorFile(weights);
  const metadata = { format: "pt", ...kept, training: withoutFigures(weights, kept.training) };
  const unlike = unlikeTrainScript(config);
  const recipe = unlike === null ? ((await runRecipe(folder, config)) ?? usualRecipe(model)) : null;
  return { recipe, metadata, isRun: true, unlike };
}

/** How the run was made, without how far it was and how good: that changes there. */
function withoutFigures(file: string, training = "{}"): string {
  let made: unknown;
  try {
    made = JSON.parse(training);
  } catch {
    made = null;
  }
  if (typeof made !== "object" || made === null || Array.isArray(made))
    throw new ConvsmithError(
      `${file}: "training" in its metadata must be a JSON object. Put back what training wrote.`,
    );
  return JSON.stringify({ ...made, step: undefined, validation: undefined });
}

/** Another recipe than the run's would train another network, so there is none. */
function unlikeTrainScript(config: RunFields): string | null {
  const [options, data] = [config.object("options"), config.object("data")];
  if (options.has("freeze") && options.texts("freeze").length > 0) return "frozen layers";
  if (options.choice("augment", augments) === "crop") return "random crops";
  return data.has("resize") ? "resized pictures" : null;
}

/** Null for a run of another kind. */
async function runRecipe(folder: string, config: RunFields): Promise<PytorchRecipe | null> {
  const [options, limit, data] = [config.object("options"), config.object("limit"), config.object("data")];
  const epochs = limit.has("epochs") ? limit.whole("epochs") : 0;
  const steps = limit.has("steps") ? limit.whole("steps") : epochs === 0 ? await stepsDone(folder) : 0;
  const shared = {
    data: resolve(options.text("data")),
    seed: options.whole("seed", 0),
    lr: options.number("lr"),
    final_lr: options.number("finalLr"),
    warmup: options.whole("warmup"),
    batch: options.whole("batch"),
    augment: options.choice("augment", augments),
    steps,
    epochs,
  };
  if (config.text("task") === "espcn") {
    const validate = options.text("validate");
    return {
      task: "super-resolution",
      ...shared,
      validate: validate === "" ? "" : resolve(validate),
      scale: options.whole("scale", 2),
      patch: options.whole("patch"),
      stride: options.whole("stride"),
      copies: options.numbers("copies"),
    };
  }
  if (!data.has("input") || !data.has("mean") || !data.has("std")) return null;
  const input = data.shape("input");
  const [mean, std] = [data.numbers("mean", input[0]), data.numbers("std", input[0])];
  return { task: "classification", ...shared, input, mean, std };
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
