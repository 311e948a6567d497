import { basename } from "node:path";
import type { Argv } from "yargs";
import { ConvsmithError, ShapeError } from "../core/errors.ts";
import { listImages, luma, readImage } from "../data/node.ts";
import { haloOf } from "../models/node.ts";
import { models, optionsOf } from "../models/registry.ts";
import type { Network } from "../training/node.ts";
import { type SuperResolutionScore, scoreSuperResolution } from "../training/super-resolve.ts";
import { useWasm } from "./device.ts";
import { UsageError } from "./errors.ts";
import { evaluateClassifier } from "./evaluate-classifier.ts";
import { printResult } from "./output.ts";
import { SlowProgress } from "./slow-progress.ts";
import { table } from "./table.ts";

import { tensorFileOptions, type WeightRequest, weightOptions } from "./weight-options.ts";
import { checkScale, espcnOf, findWeights, networkName } from "./weights.ts";

interface Options extends WeightRequest {
  readonly model: string;
  readonly data: string;
  readonly scale?: number;
  readonly module?: string;
  readonly range?: number;
  readonly threads?: number;
  readonly json: boolean;
}

export function builder(argv: Argv): Argv {
  return argv
    .positional("model", {
      type: "string",
      demandOption: true,
      describe: "espcn-x2, espcn-x3, espcn-x4, a run's folder, or a .safetensors, .pt, .pth or .onnx file",
    })
    .options({
      data: {
        type: "string",
        demandOption: true,
        describe: "A folder of pictures, of one folder per class, or of MNIST files",
      },
      scale: { type: "number", describe: "2, 3 or 4 [default: what the weights are for]" },
      module: { type: "string", describe: "The module of the network, for a run or weights of your own" },
      range: { type: "number", default: 1, describe: "ONNX classifiers: what white is in their input, 1 or 255" },
      ...weightOptions,
      threads: { type: "number", describe: "Threads to compute with [default: all cores]" },
      json: { type: "boolean", default: false, describe: "Print the figures as JSON" },
    })
    .example("$0 evaluate espcn-x3 --data Set5", "PSNR and SSIM beside bicubic")
    .example("$0 evaluate their.pth --module their-net.ts --scale 3 --data Set5", "Weights of another network")
    .example("$0 evaluate runs/lenet --data mnist", "Accuracy per class");
}

/** Judges a trained network: PSNR and SSIM by the protocol of the literature, or accuracy. */
export async function handler({
  model,
  data,
  scale,
  module,
  range,
  threads,
  json,
  ...request
}: Options): Promise<void> {
  if (scale !== undefined) checkScale(scale);
  if (/\.onnx$/i.test(model)) return await evaluateOnnx(model, { data, scale, module, range, threads, json });
  const file = await findWeights(model, scale, tensorFileOptions(request));
  useWasm(threads);
  const name = networkName(file);
  if (module !== undefined && scale !== undefined && name !== "lenet") {
    const { moduleNetwork } = await import("./module-network.ts");
    const network = await moduleNetwork(module, file, { classes: 0, channels: 1, height: 64, width: 64 });
    return await evaluateSuperResolution(network, scale, data, json);
  }
  if (name === "module" || (Object.hasOwn(models, name) && optionsOf(name).includes("classes")))
    return await evaluateClassifier(file, name, { data, module, json });
  const known = espcnOf(file, scale);
  await evaluateSuperResolution(known.network, known.scale, data, json);
}

async function evaluateOnnx(path: string, options: Omit<Options, "model">): Promise<void> {
  const { data, scale, module, range = 1, json } = options;
  if (module !== undefined) throw new UsageError(`${path}: says its network itself. Leave --module out.`);
  if (!(range > 0 && Number.isFinite(range))) throw new UsageError(`--range must be a number above 0, got ${range}`);
  useWasm(options.threads);
  const { evaluateOnnxClassifier, onnxTask } = await import("./evaluate-onnx.ts");
  const task = await onnxTask(path, scale);
  if (task.kind === "super-resolution") await evaluateSuperResolution(task.network, task.scale, data, json);
  else await evaluateOnnxClassifier(path, task, { data, scale, range, json });
}

type Scored = SuperResolutionScore & { readonly name: string };

async function evaluateSuperResolution(network: Network, scale: number, data: string, json: boolean): Promise<void> {
  const paths = await listImages(data);
  const halo = haloOf(network, scale);
  const images: Scored[] = [];
  const progress = new SlowProgress("Evaluating");
  try {
    for (const [done, path] of paths.entries()) {
      const name = basename(path);
      progress.update(done, paths.length, name);
      const score = await scoreSuperResolution(network, luma(await readImage(path)), scale, halo).catch((error) => {
        if (error instanceof ShapeError) throw new ConvsmithError(`${path}: cannot be judged: ${error.message}`);
        throw error;
      });
      if (Number.isNaN(score.psnr)) throw new ConvsmithError(`${path}: the network's output is not finite`);
      images.push({ name, ...score });
    }
  } finally {
    progress.stop();
  }
  const mean = meanOf(images);
  printResult(json, { images, mean }, () => {
    const rows = [...images, { name: `mean of ${images.length}`, ...mean }].map(rowOf);
    const head = [`x${scale}`, "PSNR", "bicubic", "gain", "SSIM", "bicubic"];
    return `${table([head, ...rows])}\nPSNR in dB, on Y.`;
  });
}

function meanOf(images: readonly Scored[]): SuperResolutionScore {
  const mean = (pick: (score: SuperResolutionScore) => number) =>
    images.reduce((sum, each) => sum + pick(each), 0) / images.length;
  return {
    psnr: mean((each) => each.psnr),
    ssim: mean((each) => each.ssim),
    bicubic: { psnr: mean((each) => each.bicubic.psnr), ssim: mean((each) => each.bicubic.ssim) },
  };
}

function rowOf({ name, psnr, ssim, bicubic }: Scored): string[] {
  const gain = psnr - bicubic.psnr;
  return [
    name,
    psnr.toFixed(2),
    bicubic.psnr.toFixed(2),
    `${gain >= 0 ? "+" : ""}${gain.toFixed(2)}`,
    ssim.toFixed(4),
    bicubic.ssim.toFixed(4),
  ];
}
