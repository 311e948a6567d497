import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ConvsmithError } from "../../core/errors.ts";
import {
  type Dataset,
  isMnistFolder,
  type LabelledDataset,
  loadImageFolder,
  loadMnist,
  type NormalizeOptions,
  stratifiedSplit,
} from "../../data/node.ts";
import type { RunWatcher } from "../run-task.ts";

/** [channels, height, width] of a picture as the network gets it. */
export type InputShape = readonly [number, number, number];

export interface ClassificationSplit {
  readonly training: Dataset<Int32Array>;
  readonly validation: Dataset<Int32Array>;
  readonly classes: readonly string[];
  readonly inputShape: InputShape;
  readonly normalize: Required<NormalizeOptions>;
  /** Shorter side of the pictures that inputs are cut from; null where they are cut to the input's shape first. */
  readonly resize: number | null;
  /** What the network is judged by, in words. */
  readonly judgedBy: string;
}

const mnistNormalize = { mean: [0.1307], std: [0.3081] };

/** How pictures become inputs; null: as the data has them. */
export interface PictureRequest {
  readonly shape: InputShape | null;
  readonly seed: number;
  readonly normalize?: Required<NormalizeOptions> | null;
  readonly resize?: number | null;
}

/**
 * MNIST files (judged by the test set), a folder with a folder `train` and one called `val` or `test`, each of one subfolder
 * per class, or a folder of one subfolder per class, of each of which a fifth is held back by seed.
 * @throws ConvsmithError for a folder that is missing, empty or none of these.
 */
export async function loadClassification(
  folder: string,
  request: PictureRequest,
  watcher: RunWatcher,
): Promise<ClassificationSplit> {
  const { shape, seed, resize = null } = request;
  if (await isMnistFolder(folder)) {
    const normalize = request.normalize ?? mnistNormalize;
    const [training, validation] = [
      await loadMnist(folder, "train", normalize),
      await loadMnist(folder, "test", normalize),
    ];
    checkMnistShape(folder, training, shape);
    const { classes, inputShape } = training.classes.length >= validation.classes.length ? training : validation;
    return { training, validation, classes, inputShape, normalize, resize: null, judgedBy: "test set" };
  }
  const inputShape = shape ?? ([3, 32, 32] as const);
  const [channels, height, width] = inputShape;
  if (channels !== 1 && channels !== 3) {
    throw new ConvsmithError(
      `${folder}: pictures have 1 or 3 channels, and the input has ${channels}. Use --input 3x32x32.`,
    );
  }
  const normalize = request.normalize ?? {
    mean: Array<number>(channels).fill(0.5),
    std: Array<number>(channels).fill(0.25),
  };
  const onProgress = watcher.onLoad;
  const options = { channels, height, width, normalize, onProgress, ...(resize !== null && { resize }) } as const;
  const load = (path: string): Promise<LabelledDataset> => loadImageFolder(path, options);
  const facts = { inputShape, normalize, resize };
  const judge = await heldBackFolder(folder);
  if (judge && (await isFolder(join(folder, "train")))) {
    const [training, validation] = [await load(join(folder, "train")), await load(join(folder, judge))];
    if (training.classes.join("/") !== validation.classes.join("/")) {
      throw new ConvsmithError(
        `${folder}: train and ${judge} have different classes (${training.classes} and ${validation.classes})`,
      );
    }
    return { training, validation, classes: training.classes, ...facts, judgedBy: `${judge} folder` };
  }
  const all = await load(folder);
  const [training, validation] = stratifiedSplit(all, 0.8, seed);
  if (validation.length === 0) {
    throw new ConvsmithError(`${folder}: ${all.length} pictures are too few to hold some back. Add some.`);
  }
  return { training, validation, classes: all.classes, ...facts, judgedBy: "a fifth that was held back" };
}

/** The folder beside `train` by which a network is judged: "val" or "test"; null where there is none. */
export async function heldBackFolder(folder: string): Promise<string | null> {
  for (const name of ["val", "test"]) if (await isFolder(join(folder, name))) return name;
  return null;
}

function checkMnistShape(folder: string, data: LabelledDataset, shape: InputShape | null): void {
  if (!shape || shape.join() === data.inputShape.join()) return;
  throw new ConvsmithError(
    `${folder}: its pictures are ${data.inputShape.join("x")}, and the input is to be ${shape.join("x")}. Leave --input out, or give a folder of pictures, one subfolder per class.`,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
