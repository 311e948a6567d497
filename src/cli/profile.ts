import { extname } from "node:path";
import sharp from "sharp";
import type { Argv, InferredOptionTypes, Options } from "yargs";
import { type Profile, profileNetwork, rooflineSvg } from "../analysis/index.ts";
import { writeFileAtomic } from "../formats/node.ts";
import { checkFolder } from "./check-folder.ts";
import { useWasm } from "./device.ts";
import { UsageError } from "./errors.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";
import { profileText } from "./profile-text.ts";
import { SlowProgress } from "./slow-progress.ts";
import { checkWhole } from "./whole-number.ts";

const profileOptions = {
  ...modelOptions,
  ...jsonOption,
  train: { type: "boolean", describe: "A training step: forward, mean squared error, backward, Adam", default: false },
  threads: { type: "number", describe: "Threads [all cores]", requiresArg: true },
  runs: { type: "number", describe: "Runs that are timed, after a warm-up", default: 20, requiresArg: true },
  out: { alias: "o", type: "string", describe: "A roofline picture to write: .svg or .png", requiresArg: true },
} as const satisfies Record<string, Options>;

export type ProfileOptions = InferredOptionTypes<typeof profileOptions> & { readonly model: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(profileOptions)
    .example("$0 profile espcn --input 1x1x360x640", "")
    .example("$0 profile resnet18 --input 1x3x224x224 --threads 1 -o roofline.png", "");

export async function handler(options: ProfileOptions): Promise<void> {
  const { model, train, threads, runs, out, json } = options;
  checkWhole("--runs", runs, 1);
  if (out !== undefined) await checkPicture(out);
  const device = useWasm(threads);
  const { network, inputShape } = await findModel(model, options);
  const progress = new SlowProgress("Profiling");
  let profile: Profile;
  try {
    const onProgress = (done: number, facts: string) => progress.update(done, 1, facts);
    profile = await profileNetwork(network, inputShape, device, { train, runs, onProgress });
  } finally {
    progress.stop();
  }
  if (out !== undefined) await writePicture(out, rooflineSvg(profile));
  printResult(json, profile, () => profileText(profile));
}

/** Before long work. @throws UsageError, ConvsmithError */
async function checkPicture(out: string): Promise<void> {
  if (![".svg", ".png"].includes(extname(out).toLowerCase())) {
    throw new UsageError(`${out}: a roofline is written as .svg or .png`);
  }
  await checkFolder(out);
}

async function writePicture(out: string, svg: string): Promise<void> {
  const bytes = new TextEncoder().encode(svg);
  const png = extname(out).toLowerCase() === ".png";
  // Twice as fine as the SVG's own size, for screens of today.
  await writeFileAtomic(out, png ? await sharp(bytes, { density: 144 }).png().toBuffer() : bytes);
}
