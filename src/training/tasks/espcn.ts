import { basename } from "node:path";
import { ArgumentError } from "../../core/errors.ts";
import { DataLoader, luma, psnr, SuperResolutionPatches, shave, superResolutionPair } from "../../data/node.ts";
import { Espcn } from "../../models/index.ts";
import { MSELoss } from "../../nn/index.ts";
import { Adam } from "../../optim/index.ts";
import { checkChoice, checkPositive, checkWhole } from "../checks.ts";
import { warmupCosine } from "../schedule.ts";
import { type RunControls, startRun, type TaskKind } from "../start-run.ts";
import { superResolve } from "../super-resolve.ts";
import type { Task } from "../task.ts";
import { espcnOutcome } from "./espcn-outcome.ts";
import { holdBack, lumaPlanes, middle, type NamedPicture, readPictures } from "./pictures.ts";

/** Options of a super-resolution run; each has the default of `espcnDefaults`. */
export type EspcnRecipe = {
  /** A folder of pictures. */
  readonly data: string;
  /** A folder of pictures to judge by; "": some of `data` are held back. */
  readonly validate: string;
  /** How much larger the network makes a picture. */
  readonly scale: number;
  readonly seed: number;
  readonly lr: number;
  /** The learning rate at the end, as a share of `lr`. */
  readonly finalLr: number;
  /** Steps over which the learning rate rises. */
  readonly warmup: number;
  /** Patches in a batch. */
  readonly batch: number;
  /** Side of an input patch in pixels. */
  readonly patch: number;
  /** Distance of two patches in pixels of the reduced picture. */
  readonly stride: number;
  readonly augment: "none" | "flip" | "dihedral";
  /** Factors by which reduced copies of the pictures are added. */
  readonly copies: readonly number[];
};

export const espcnDefaults = {
  data: undefined,
  validate: "",
  scale: 3,
  seed: 0,
  lr: 4e-3,
  finalLr: 0.01,
  warmup: 100,
  batch: 16,
  patch: 17,
  stride: 13,
  augment: "dihedral",
  copies: [],
} as const;

export const espcnKind: TaskKind<EspcnRecipe> = {
  name: "espcn",
  defaults: espcnDefaults,
  limit: { epochs: 100 },
  check: checkEspcn,
  create: espcnTask,
};

/**
 * Trains ESPCN on the luma of a folder's pictures, or goes on with such a run.
 * @throws ConvsmithError for wrong options, data or folder; NotFiniteError where the loss or a weight is not finite.
 */
export const trainEspcn = (recipe: Partial<EspcnRecipe>, controls: RunControls) =>
  startRun(espcnKind, recipe, controls);

function checkEspcn(recipe: EspcnRecipe): void {
  const { scale, lr, finalLr, warmup, batch, patch, stride, augment, copies } = recipe;
  checkChoice("scale", scale, [2, 3, 4]);
  checkChoice("augment", augment, ["none", "flip", "dihedral"]);
  checkWhole({ warmup, batch, patch, stride });
  checkPositive({ lr, finalLr });
  const wrong = copies.find((factor) => !(factor > 0 && factor < 1));
  if (wrong !== undefined) throw new ArgumentError(`training: copies must be factors between 0 and 1, got ${wrong}`);
}

/** Pictures to judge by are cut to this, so that a large photo fits in memory. */
const validationSide = 1024;

async function espcnTask(recipe: EspcnRecipe, watcher: Parameters<typeof readPictures>[1]): Promise<Task> {
  const { data, validate, scale, seed, lr, finalLr, warmup, batch, patch, stride, augment, copies } = recipe;
  const pictures = await readPictures(data, watcher);
  const side = 16 * scale;
  const { training, validation } = validate
    ? { training: pictures, validation: await readPictures(validate, {}) }
    : holdBack(data, pictures, side, seed);
  for (const { name, image } of validation) {
    if (Math.min(image.width, image.height) >= side) continue;
    throw new ArgumentError(`${validate}: ${name} is ${image.width}x${image.height}, needs ${side}x${side} or more`);
  }
  const planes = training.flatMap(({ image }) => lumaPlanes(image, copies));
  const patches = new SuperResolutionPatches(planes, { scale, size: patch, stride });
  const loader = new DataLoader(patches, { batchSize: batch, seed, augment, dropLast: patches.length >= batch });

  const model = new Espcn(scale);
  return {
    name: "espcn",
    title: `ESPCN x${scale}`,
    network: { name: "espcn", options: { scale } },
    model,
    optimizer: new Adam(model.parameters(), { lr }),
    loss: new MSELoss(),
    loader,
    schedule: warmupCosine({ warmupSteps: warmup, final: finalLr }),
    data: {
      folder: basename(data),
      pictures: training.length,
      patches: patches.length,
      heldBack: validation.map(({ name }) => name),
    },
    metric: { key: "psnr", label: "PSNR", unit: "dB", digits: 2 },
    validate: psnrOf(model, validation, scale),
    finish: (samples) => espcnOutcome(model, validation, scale, samples, validationSide),
  };
}

/** Mean PSNR over the pictures; what does not change between two calls is made once. */
function psnrOf(model: Espcn, pictures: readonly NamedPicture[], scale: number) {
  const pairs = pictures.map(({ image }) => superResolutionPair(middle(luma(image), validationSide), scale));
  return async () => {
    let sum = 0;
    for (const { reference, input } of pairs) {
      const { width, height, data } = await superResolve(model, input);
      const codes = Float64Array.from(data, (value) => Math.round(255 * Math.min(Math.max(value, 0), 1)));
      sum += psnr(shave(reference, scale), shave({ width, height, data: codes }, scale));
    }
    return { psnr: sum / pairs.length };
  };
}
