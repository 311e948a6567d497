import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inMode, placeholder, tensorsIn } from "../../analysis/recording.ts";
import { summarize } from "../../analysis/summary.ts";
import { numel } from "../../core/shape.ts";
import { loadMnist } from "../../data/node.ts";
import {
  inspectFile,
  parseNpy,
  readRegular,
  readTensorFile,
  realTensor,
  toFloat32,
  withTensorFile,
} from "../../formats/node.ts";
import { inputShapeOf, type OnnxNetwork, openOnnxNetwork, readOnnxNetwork } from "../../formats/onnx/network/node.ts";
import { noGrad } from "../../tensor/index.ts";
import type { Format } from "./corpus.ts";

/** Work that is small enough to be run: multiplications, and elements of all results. */
const smallRun = { macs: 1e6, elements: 1e5 };

/** Puts an input into a folder of its own, beside what belongs to it; the result is what a user would name. */
export function place(folder: string, corpus: string, name: string, bytes: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  if (!/idx/.test(name)) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    if (name.endsWith(".onnx")) copyFileSync(join(corpus, "external.bin"), join(folder, "external.bin"));
    return path;
  }
  const images = name.startsWith("images");
  const gz = name.endsWith(".gz") ? ".gz" : "";
  const path = join(folder, `train-${images ? "images-idx3" : "labels-idx1"}-ubyte${gz}`);
  writeFileSync(path, bytes);
  const partner = images ? "labels" : "images";
  copyFileSync(join(corpus, `${partner}.idx`), join(folder, `train-${images ? "labels-idx1" : "images-idx3"}-ubyte`));
  return path;
}

/** Does with a file what users do: everything that reads it is called, and errors pass. `done` is called before each step. */
export async function exercise(
  format: Format,
  path: string,
  folder: string,
  step: (name: string) => void,
): Promise<void> {
  if (format === "idx") {
    step("data");
    const set = await loadMnist(folder, "train");
    const size = numel(set.inputShape);
    const input = new Float32Array(size);
    for (let at = 0; at < Math.min(set.length, 100); at++) set.write(at, 0, 0, input, set.createTarget(1));
    return;
  }
  step("inspect");
  await inspectFile(path);
  if (format === "npy") {
    step("values");
    toFloat32(parseNpy(await readRegular(path), path));
  } else if (format === "onnx") await network(path, step);
  else await weights(format, path, step);
}

async function weights(format: Format, path: string, step: (name: string) => void): Promise<void> {
  step("values");
  const options = format === "pt" ? { key: "." } : {};
  const { tensors } = await readTensorFile(path, options);
  for (const [name, tensor] of tensors) if (!tensor.dtype.startsWith("C")) toFloat32(realTensor(name, tensor));
  step("values from the open file");
  await withTensorFile(path, options, ({ tensors }) => {
    for (const { data } of tensors.values()) data.length;
  });
  step("state dict");
  await readTensorFile(path);
}

async function network(path: string, step: (name: string) => void): Promise<void> {
  step("network");
  const network = await readOnnxNetwork(path);
  network.stateDict();
  step("network on disk");
  (await openOnnxNetwork(path)).stateDict();
  step("summary");
  const shape = inputShapeOf(network, namedSizes(network));
  const summary = summarize(network as never, shape);
  summary.toString({ width: 100 });
  JSON.stringify(summary);
  // Moves have results too, though no bytes of their own before they are read.
  const results = summary.layers.reduce((sum, { outputShape }) => sum + numel(outputShape ?? []), 0);
  const elements = Math.max(summary.totals.activationBytes / 4, results) + numel(shape) + summary.totals.parameters;
  if (!(summary.totals.macs <= smallRun.macs && elements <= smallRun.elements)) return;
  step("run");
  const outputs = noGrad(() => inMode(network, false, () => tensorsIn(network.forward(placeholder(shape)))));
  for (const output of outputs) await output.data();
}

/** Sizes for dimensions that have names only. */
function namedSizes({ inputs }: OnnxNetwork): Map<string, number> {
  const names = inputs[0]?.dimensions?.filter((each) => typeof each === "string") ?? [];
  return new Map(names.map((name) => [name, 4]));
}
