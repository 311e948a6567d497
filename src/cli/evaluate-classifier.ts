import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ConvsmithError } from "../core/errors.ts";
import { isMnistFolder, type LabelledDataset, loadImageFolder, loadMnist } from "../data/node.ts";
import { loadWeights, type WeightFile } from "../models/node.ts";
import type { ModelOptions } from "../models/ready-model.ts";
import { createModel, models } from "../models/registry.ts";
import type { Network } from "../training/node.ts";
import { classificationResults, confusion } from "../training/tasks/classification.ts";
import { moduleNetwork } from "./module-network.ts";
import { printResult } from "./output.ts";
import { SlowProgress } from "./slow-progress.ts";
import { table } from "./table.ts";

/** How pictures were given to the network when it was trained. */
interface Facts {
  readonly input: readonly [channels: number, height: number, width: number];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly classes: readonly string[];
  /** Shorter side of the pictures that inputs are cut from. */
  readonly resize?: number;
}

interface Options {
  readonly data: string;
  readonly module: string | undefined;
  readonly json: boolean;
}

/** Prints the accuracy of a classifier, class by class. @throws ConvsmithError where network and pictures do not belong together. */
export async function evaluateClassifier(file: WeightFile, name: string, options: Options): Promise<void> {
  const facts = factsOf(file);
  const network = await networkOf(file, name, facts, options.module);
  const data = await load(options.data, facts);
  if (data.classes.join("/") !== facts.classes.join("/")) {
    throw new ConvsmithError(
      `${options.data}: has the classes ${list(data.classes)}, and the network was trained for ${list(facts.classes)}`,
    );
  }
  await printAccuracy(network, data, facts.classes, options.json);
}

/** One row a class, in their order in the network's output. */
export async function printAccuracy(
  network: Network,
  data: LabelledDataset,
  classes: readonly string[],
  json: boolean,
  batchSize?: number,
): Promise<void> {
  const { counts } = await confusion(network, data, classes.length, batchSize);
  const results = classificationResults(classes, counts);
  printResult(json, results, () => {
    const all = { name: "all", pictures: data.length, accuracy: results.accuracy };
    const rows = [...results.classes, all].map(({ name, pictures, accuracy }) => [
      name,
      String(pictures),
      accuracy === null ? "–" : `${accuracy.toFixed(2)} %`,
    ]);
    return table([["class", "pictures", "accuracy"], ...rows]);
  });
}

const list = (classes: readonly string[]) =>
  classes.length > 12 ? `${classes.slice(0, 12).join(", ")}, … (${classes.length})` : classes.join(", ");

/** @throws ConvsmithError where the file does not say it, or says what cannot be. */
function factsOf({ path, metadata }: WeightFile): Facts {
  let data: Partial<Facts>;
  try {
    data = JSON.parse(metadata.training!).data;
    const { input, mean, std, classes, resize } = data;
    const sizes = input?.length === 3 && input.every((each) => Number.isInteger(each) && each >= 1 && each <= 4096);
    const scales = [mean, std].every((each) => each?.length === input?.[0] && each?.every(Number.isFinite));
    const names = Array.isArray(classes) && classes.length >= 2 && classes.every((each) => typeof each === "string");
    const cut = resize === undefined || (Number.isInteger(resize) && resize >= 1 && resize <= 8192);
    if (!sizes || !scales || !names || !cut) throw new TypeError();
  } catch {
    throw new ConvsmithError(`${path}: does not say on which pictures its network was trained. Use a run's folder.`);
  }
  return data as Facts;
}

async function networkOf(file: WeightFile, name: string, facts: Facts, module: string | undefined): Promise<Network> {
  if (Object.hasOwn(models, name)) {
    const network = createModel(name, knownOptions(file, facts)).network;
    loadWeights(network, file);
    return network;
  }
  // Code is run only when the user names it, never because a file of weights does.
  if (module === undefined) {
    throw new ConvsmithError(`${file.path}: holds weights of a module of your own. Name it: --module net.ts`);
  }
  const [channels, height, width] = facts.input;
  return await moduleNetwork(module, file, { classes: facts.classes.length, channels, height, width });
}

/** As the run says that its network was made, but for the classes, of which the data tells. */
function knownOptions({ metadata }: WeightFile, { classes }: Facts): ModelOptions {
  const auxLogits = metadata.options?.includes('"auxLogits":false') ? { auxLogits: false } : {};
  return { classes: classes.length, ...auxLogits };
}

/** MNIST's test set, the folder `test` or `val`, or the folder itself. */
async function load(folder: string, { input, mean, std, resize }: Facts): Promise<LabelledDataset> {
  const normalize = { mean, std };
  const [channels, height, width] = input;
  if (await isMnistFolder(folder)) {
    const data = await loadMnist(folder, "test", normalize);
    if (data.inputShape.join() === input.join()) return data;
    throw new ConvsmithError(
      `${folder}: its pictures are ${data.inputShape.join("x")}, and the network takes ${input.join("x")}`,
    );
  }
  if (channels !== 1 && channels !== 3) {
    throw new ConvsmithError(`${folder}: pictures have 1 or 3 channels, and the network takes ${channels}`);
  }
  const progress = new SlowProgress("Reading pictures");
  const onProgress = (done: number, total: number) => progress.update(done, total);
  try {
    const names = ["test", "val"].map((name) => join(folder, name));
    const found = await Promise.all(names.map(async (name) => (await stat(name).catch(() => null))?.isDirectory()));
    const chosen = names[found.indexOf(true)] ?? folder;
    return await loadImageFolder(chosen, { channels, height, width, normalize, onProgress, ...(resize && { resize }) });
  } finally {
    progress.stop();
  }
}
