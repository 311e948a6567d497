import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import type { Argv } from "yargs";
import { summarize } from "../analysis/index.ts";
import { ArgumentError, ConvsmithError } from "../core/errors.ts";
import { listImages, luma, readImage } from "../data/node.ts";
import { Espcn } from "../models/node.ts";
import { scoreSuperResolution, trainEspcn } from "../training/node.ts";
import { useWasm } from "./device.ts";
import { interruptible } from "./interrupt.ts";
import { printResult, say } from "./output.ts";
import { table } from "./table.ts";
import { writeTourPictures } from "./tour-pictures.ts";
import { writeTourReport } from "./tour-report.ts";
import { watchRun } from "./train-progress.ts";
import { espcnOf, findWeights } from "./weights.ts";

interface Options {
  readonly out: string;
  readonly seconds: number;
  readonly threads?: number;
  readonly json: boolean;
}

export const builder = (argv: Argv): Argv =>
  argv.options({
    out: { type: "string", default: "runs/tour", describe: "Folder for what the tour makes" },
    seconds: { type: "number", default: 30, describe: "Train for so long" },
    threads: { type: "number", describe: "Threads to compute with [default: all cores]" },
    json: { type: "boolean", default: false, describe: "Print the figures as JSON" },
  });

const scale = 3;
const photos = fileURLToPath(new URL("../../photos", import.meta.url));

/** Trains ESPCN on the photos that come with convsmith, all but one, and shows what it makes of that one. */
export async function handler(options: Options): Promise<void> {
  const { seconds } = options;
  if (!(seconds > 0)) throw new ArgumentError(`--seconds must be a number above 0, got ${seconds}`);
  useWasm(options.threads);
  // Before half a minute of training: what is compared with must be there.
  await takeTour(options, espcnOf(await findWeights("espcn-x3")).network);
}

/** @param shipped the network that the new one is compared with. */
export async function takeTour({ out, seconds, json }: Omit<Options, "threads">, shipped: Espcn): Promise<void> {
  const show = (text: string) => {
    if (!json) process.stdout.write(`${text}\n`);
  };
  show(`${pc.bold("1  The network")}: ESPCN enlarges brightness three times. For a small frame of 640x360:\n`);
  show(`${summarize(new Espcn(scale), [1, 1, 360, 640])}\n`);
  show(`${pc.bold("2  Training")} it from scratch for ${seconds} seconds, on all photos but one:\n`);

  const run = await train(out, seconds);
  if (!run.complete) {
    say(`The tour ends here. What was trained until step ${run.step} is in ${out}.`);
    return;
  }
  const { path, image } = await photoHeldBack(run.results);
  const name = basename(path);
  const trained = espcnOf(await findWeights(out)).network;
  const networks = { "just trained": trained, shipped };
  const scores = [];
  for (const [label, network] of Object.entries(networks)) {
    const { bicubic, ...own } = await scoreSuperResolution(network, luma(image), scale);
    if (scores.length === 0) scores.push({ label: "bicubic", ...bicubic });
    scores.push({ label, ...own });
  }
  show(`\n${pc.bold("3  Judging")} on ${name}, which it has not seen: reduced to a third, enlarged again, compared.\n`);
  const rows = scores.map(({ label, psnr, ssim }) => [label, `${psnr.toFixed(2)} dB`, ssim.toFixed(4)]);
  show(`${table([["", "PSNR", "SSIM"], ...rows])}\n`);

  const pictures = await writeTourPictures(out, name, image, networks, scale);
  const report = await writeTourReport(out, { name, run, scores, pictures: pictures.compared });
  show(`${pc.bold("4  Looking")} at it:\n`);
  for (const file of [...pictures.files, report]) show(`   ${file}`);
  show(`\nThree commands to try next:\n\n${nextCommands(out, path).join("\n")}`);
  if (json)
    printResult(true, { heldBack: name, scores, files: [...pictures.files, report], steps: run.step }, () => "");
}

async function train(out: string, seconds: number) {
  const { watcher, stop } = watchRun(() => {});
  try {
    return await interruptible("Stopping after this step.", (signal) =>
      trainEspcn({ data: photos, scale, ...recipe }, { out, minutes: seconds / 60, replace: true, signal, watcher }),
    );
  } finally {
    stop();
  }
}

/** Small batches and a high rate get furthest in half a minute; with this seed the cat is held back. */
const recipe = { seed: 0, batch: 4, lr: 6e-3, warmup: 50 };

async function photoHeldBack(results: Readonly<Record<string, unknown>>) {
  const [judged] = results.images as readonly { readonly name: string }[];
  const path = (await listImages(photos)).find((each) => basename(each) === judged?.name);
  if (path === undefined) throw new ConvsmithError(`${photos}: the photo that was held back is gone`);
  return { path, image: await readImage(path) };
}

function nextCommands(out: string, photo: string): string[] {
  const path = relative(process.cwd(), photo);
  const folder = relative(process.cwd(), photos);
  return [
    `   npx convsmith upscale ${path} --scale 3 -o larger.png`,
    `   npx convsmith train espcn --scale 3 --data ${folder} --out runs/first --minutes 10`,
    `   npx convsmith evaluate ${out} --data ${folder}`,
  ];
}
