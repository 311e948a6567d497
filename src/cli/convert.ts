import { extname } from "node:path";
import type { Argv } from "yargs";
import { ArgumentError } from "../core/errors.ts";
import { readTensorFile, realTensor, writeSafetensors } from "../formats/node.ts";
import { checkFolder } from "./check-folder.ts";
import { jsonOption } from "./model-options.ts";
import { printResult } from "./output.ts";
import { tensorFileOptions, type WeightRequest, weightOptions } from "./weight-options.ts";

interface Options extends WeightRequest {
  readonly from: string;
  readonly to: string;
  readonly json: boolean;
}

export const builder = (argv: Argv): Argv =>
  argv
    .positional("from", { type: "string", describe: "A .pt, .pth or .safetensors file" })
    .positional("to", { type: "string", describe: "The .safetensors file to write" })
    .options({ ...weightOptions, ...jsonOption })
    .example("$0 convert resnet18.pth resnet18.safetensors", "")
    .example("$0 convert checkpoint.pt net.safetensors --key model --rename 'module->'", "");

/** Writes the weights of a file as .safetensors, with their types as they are. */
export async function handler({ from, to, json, ...request }: Options): Promise<void> {
  if (extname(to) !== ".safetensors") throw new ArgumentError(`convert: writes .safetensors files, got ${to}`);
  await checkFolder(to);
  const file = await readTensorFile(from, tensorFileOptions(request));
  const tensors = new Map([...file.tensors].map(([name, tensor]) => [name, realTensor(`${from}: ${name}`, tensor)]));
  await writeSafetensors(to, tensors, file.metadata);
  const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  printResult(json, { from, to, format: file.format, tensors: tensors.size, bytes }, () => {
    return `${from} (${file.format}) → ${to}: ${tensors.size} tensors, ${bytes.toLocaleString("en-US")} bytes`;
  });
}
