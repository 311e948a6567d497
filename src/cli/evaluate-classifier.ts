import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ConvsmithError } from "../core/errors.ts";
import { type ClassificationDataset, isMnistFolder, loadImageFolder, loadMnist } from "../data/node.ts";
import { LeNet, loadWeights, type WeightFile } from "../models/node.ts";
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
}

interface Options {
  readonly data: string;
  readonly module: string | undefined;
  readonly json: boolean;
}

/** Prints the accuracy of a classifier, class by class. @throws ConvsmithError where network and pictures do not belong together. */
export async function evaluateClassifier(file: WeightFile, name: "lenet" | "module", options: Options): Promise<void> {
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
  data: ClassificationDataset,
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
    const { input, mean, std, classes } = data;
    const sizes = input?.length === 3 && input.every((each) => Number.isInteger(each) && each >= 1 && each <= 4096);
    const scales = [mean, std].every((each) => each?.length === input?.[0] && each?.every(Number.isFinite));
    const names = Array.isArray(classes) && classes.length >= 2 && classes.every((each) => typeof each === "string");
    if (!sizes || !scales || !names) throw new TypeError();
  } catch {
    throw new ConvsmithError(`${path}: does not say on which pictures its network was trained. Use a run's folder.`);
  }
  return data as Facts;
}

async function networkOf(file: WeightFile, name: string, facts: Facts, module: string | undefined): Promise<Network> {
  if (name === "lenet") {
    const network = new LeNet({ classes: facts.classes.length });
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

/** MNIST's test set, the folder `test`, or the folder itself. */
async function load(folder: string, { input, mean, std }: Facts): Promise<ClassificationDataset> {
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
  const test = join(folder, "test");
  const progress = new SlowProgress("Reading pictures");
  const onProgress = (done: number, total: number) => progress.update(done, total);
  try {
    const isFolder = (await stat(test).catch(() => null))?.isDirectory() === true;
    return await loadImageFolder(isFolder ? test : folder, { channels, height, width, normalize, onProgress });
  } finally {
    progress.stop();
  }
}
