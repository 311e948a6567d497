import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ConvsmithError } from "../../core/errors.ts";
import {
  type ClassificationDataset,
  type Dataset,
  isMnistFolder,
  loadImageFolder,
  loadMnist,
  type NormalizeOptions,
  randomSplit,
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
  /** What the network is judged by, in words. */
  readonly judgedBy: string;
}

const mnistNormalize = { mean: [0.1307], std: [0.3081] };

/**
 * MNIST files (judged by the test set), a folder with `train` and `test` folders of one subfolder per class, or a folder
 * of one subfolder per class, of which a fifth is held back by seed.
 * @throws ConvsmithError for a folder that is missing, empty or none of these.
 */
export async function loadClassification(
  folder: string,
  shape: InputShape | null,
  seed: number,
  watcher: RunWatcher,
): Promise<ClassificationSplit> {
  if (await isMnistFolder(folder)) {
    const [training, validation] = [await loadMnist(folder, "train"), await loadMnist(folder, "test")];
    checkMnistShape(folder, training, shape);
    const { classes, inputShape } = training.classes.length >= validation.classes.length ? training : validation;
    return { training, validation, classes, inputShape, normalize: mnistNormalize, judgedBy: "test set" };
  }
  const inputShape = shape ?? ([3, 32, 32] as const);
  const [channels, height, width] = inputShape;
  if (channels !== 1 && channels !== 3) {
    throw new ConvsmithError(
      `${folder}: pictures have 1 or 3 channels, and the input has ${channels}. Use --input 3x32x32.`,
    );
  }
  const normalize = { mean: Array<number>(channels).fill(0.5), std: Array<number>(channels).fill(0.25) };
  const options = { channels, height, width, normalize, onProgress: watcher.onLoad } as const;
  const load = (path: string): Promise<ClassificationDataset> => loadImageFolder(path, options);
  const [trainFolder, testFolder] = [join(folder, "train"), join(folder, "test")];
  if ((await isFolder(trainFolder)) && (await isFolder(testFolder))) {
    const [training, validation] = [await load(trainFolder), await load(testFolder)];
    if (training.classes.join("/") !== validation.classes.join("/")) {
      throw new ConvsmithError(
        `${folder}: train and test have different classes (${training.classes} and ${validation.classes})`,
      );
    }
    return { training, validation, classes: training.classes, inputShape, normalize, judgedBy: "test folder" };
  }
  const all = await load(folder);
  const [training, validation] = randomSplit(all, 0.8, seed);
  if (training.length === 0 || validation.length === 0) {
    throw new ConvsmithError(`${folder}: ${all.length} pictures are too few to hold some back. Add some.`);
  }
  return { training, validation, classes: all.classes, inputShape, normalize, judgedBy: "a fifth that was held back" };
}

function checkMnistShape(folder: string, data: ClassificationDataset, shape: InputShape | null): void {
  if (!shape || shape.join() === data.inputShape.join()) return;
  throw new ConvsmithError(
    `${folder}: its pictures are ${data.inputShape.join("x")}, and the input is to be ${shape.join("x")}. Leave --input out.`,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
