import type { Argv } from "yargs";
import { ArgumentError } from "../core/errors.ts";
import { checkImageFits, checkImagePath, type ResizeMethod, readImage, writeImage } from "../data/node.ts";
import { upscaleImage } from "../models/node.ts";
import { checkFolder } from "./check-folder.ts";
import { useWasm } from "./device.ts";
import { printResult } from "./output.ts";
import { SlowProgress } from "./slow-progress.ts";
import { checkScale, espcnOf, findWeights } from "./weights.ts";

interface Options {
  readonly picture: string;
  readonly out: string;
  readonly scale: number;
  readonly method: string;
  readonly weights?: string;
  readonly threads?: number;
  readonly json: boolean;
}

const methods = ["espcn", "bicubic", "bilinear", "nearest"];

export function builder(argv: Argv): Argv {
  return argv
    .positional("picture", { type: "string", demandOption: true, describe: "A PNG, JPEG or WebP picture of any size" })
    .options({
      out: { alias: "o", type: "string", demandOption: true, describe: "The picture to write: .png, .jpg or .webp" },
      scale: { type: "number", demandOption: true, describe: "How many times larger: 2, 3 or 4" },
      method: { type: "string", default: "espcn", describe: "espcn, bicubic, bilinear or nearest" },
      weights: {
        type: "string",
        describe: "A run's folder, or a .safetensors, .pt or .pth file [default: those of convsmith]",
      },
      threads: { type: "number", describe: "Threads to compute with [default: all cores]" },
      json: { type: "boolean", default: false, describe: "Print what was done as JSON" },
    })
    .example("$0 upscale cat.png --scale 3 -o cat-x3.png", "Three times larger, by ESPCN")
    .example("$0 upscale cat.png --scale 2 --weights runs/first -o cat-x2.png", "With a network of your own");
}

/** Enlarges a picture: the network on Y, bicubic on Cb, Cr and alpha. */
export async function handler(options: Options): Promise<void> {
  const { picture, out, scale, method, weights, threads, json } = options;
  checkScale(scale);
  if (!methods.includes(method)) {
    throw new ArgumentError(`--method must be one of ${methods.join(", ")}, got ${method}`);
  }
  if (weights !== undefined && method !== "espcn") {
    throw new ArgumentError(`--weights are for --method espcn; ${method} has none`);
  }
  checkImagePath(out);
  await checkFolder(out);
  const start = performance.now();
  const image = await readImage(picture);
  const { width, height, channels, bits } = image;
  const size = { width: width * scale, height: height * scale };
  checkImageFits(out, { ...image, ...size });
  const file = method === "espcn" ? await findWeights(weights ?? `espcn-x${scale}`) : null;
  if (file || threads !== undefined) useWasm(threads);
  const network = file ? espcnOf(file, scale).network : (method as ResizeMethod);
  const progress = new SlowProgress("Enlarging");
  try {
    const onProgress = (done: number, total: number) => progress.update(done, total, `tile ${done} of ${total}`);
    const larger = await upscaleImage(image, network, { scale, onProgress });
    progress.update(1, 1, `writing ${out}`);
    await writeImage(out, larger);
  } finally {
    progress.stop();
  }
  const seconds = (performance.now() - start) / 1000;
  const result = { input: picture, output: out, ...size, channels, bits, scale, method, weights: file?.path ?? null };
  printResult(json, { ...result, seconds: Number(seconds.toFixed(3)) }, () => {
    const from = `${picture} (${width}x${height})`;
    return `${from} → ${out} (${size.width}x${size.height}) by ${method} in ${seconds.toFixed(1)} s`;
  });
}
