import type { Argv } from "yargs";
import { inspectFile } from "../formats/node.ts";
import { inspectText } from "./inspect-text.ts";
import { jsonOption } from "./model-options.ts";
import { printResult } from "./output.ts";
import { tensorFileOptions, type WeightRequest, weightOptions } from "./weight-options.ts";

interface Options extends WeightRequest {
  readonly file: string;
  readonly json: boolean;
}

export const builder = (argv: Argv): Argv =>
  argv
    .positional("file", { type: "string", describe: "A .safetensors, .pt, .pth, .npy or .onnx file" })
    .options({ ...weightOptions, ...jsonOption })
    .example("$0 inspect resnet18.pth", "Its tensors, and what else it holds")
    .example("$0 inspect checkpoint.pt --key ema", "The tensors of one dict of a checkpoint");

/** Prints what is in a file: format, tensors, shapes, types. Nothing in the file is run. */
export async function handler({ file, json, ...request }: Options): Promise<void> {
  const found = await inspectFile(file, tensorFileOptions(request));
  printResult(json, found, () => inspectText(found));
}
