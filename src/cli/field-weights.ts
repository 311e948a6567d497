import { stat } from "node:fs/promises";
import { extname, parse } from "node:path";
import { isWeightFile } from "../formats/node.ts";
import { loadWeights, readWeights, type WeightFile } from "../models/node.ts";
import type { Module } from "../nn/index.ts";
import { findWeights } from "./weights.ts";

/**
 * Gives a network the weights that a user names, or that its model has: those that come with convsmith, a run's, or a
 * file's. @returns what they are, null where the network keeps its random ones.
 * @throws ConvsmithError for weights that can't be read or do not fit.
 */
export async function loadKnownWeights(
  model: string,
  network: Module,
  options: { readonly weights?: string | undefined; readonly scale?: number | undefined },
): Promise<string | null> {
  // Its weights came with its graph.
  if (options.weights === undefined && extname(model) === ".onnx") return model;
  const file = await knownWeights(model, options);
  if (!file) return null;
  loadWeights(network, file);
  return options.weights ?? (isShipped(model) ? parse(file.path).name : model);
}

const isShipped = (model: string) => /^espcn(-x\d+)?$/i.test(model);

async function knownWeights(
  model: string,
  { weights, scale }: { readonly weights?: string | undefined; readonly scale?: number | undefined },
): Promise<WeightFile | null> {
  if (weights !== undefined) return await readWeights(weights);
  if (isShipped(model)) return await findWeights(model.toLowerCase(), scale ?? 3);
  const isFolder = await stat(model).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  return isFolder || isWeightFile(model) ? await readWeights(model) : null;
}
