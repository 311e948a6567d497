import { extname } from "node:path";
import type { Argv } from "yargs";
import { ConvsmithError } from "../core/errors.ts";
import {
  castTensor,
  parseNpy,
  readOnnxNetwork,
  readRegular,
  readTensorFile,
  realTensor,
  renameKeys,
  type SafetensorsTensor,
  safetensorsFromFloat32,
  serializeNpy,
  writeFileAtomic,
  writeSafetensors,
} from "../formats/node.ts";
import { checkFolder } from "./check-folder.ts";
import { UsageError } from "./errors.ts";
import { jsonOption } from "./model-options.ts";
import { printResult } from "./output.ts";
import { tensorFileOptions, type WeightRequest, weightOptions } from "./weight-options.ts";

interface Options extends WeightRequest {
  readonly from: string;
  readonly to: string;
  readonly dtype?: keyof typeof dtypes;
  readonly json: boolean;
}

const dtypes = { f32: "F32", f16: "F16", bf16: "BF16" } as const;

export const builder = (argv: Argv): Argv =>
  argv
    .positional("from", { type: "string", describe: "A .pt, .pth, .safetensors, .npy or .onnx file" })
    .positional("to", { type: "string", describe: "The .safetensors file to write, or .npy for a single tensor" })
    .options({
      ...weightOptions,
      dtype: {
        type: "string",
        choices: Object.keys(dtypes),
        describe: "Store numbers with a fraction as these; whole ones stay [as they are]",
        requiresArg: true,
      },
      ...jsonOption,
    })
    .example("$0 convert resnet18.pth resnet18.safetensors", "")
    .example("$0 convert net.onnx net.safetensors --dtype f16", "")
    .example("$0 convert checkpoint.pt net.safetensors --key model --rename 'module->'", "");

/** Writes the tensors of a file as .safetensors or .npy, with their types as they are unless another is asked for. */
export async function handler({ from, to, dtype, json, ...request }: Options): Promise<void> {
  const ending = extname(to).toLowerCase();
  if (ending !== ".safetensors" && ending !== ".npy") {
    throw new UsageError(`convert: writes .safetensors and .npy files, got ${to}`);
  }
  await checkFolder(to);
  const { format, tensors: found, metadata } = await readAny(from, request);
  const tensors = new Map(
    [...found].map(([name, tensor]) => [
      name,
      dtype === undefined ? tensor : castTensor(`${from}: ${name}`, tensor, dtypes[dtype]),
    ]),
  );
  if (ending === ".npy") await writeFileAtomic(to, serializeNpy(only(tensors, from)));
  else await writeSafetensors(to, tensors, metadata);
  const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  printResult(json, { from, to, format, tensors: tensors.size, bytes }, () => {
    const count = tensors.size === 1 ? "1 tensor" : `${tensors.size} tensors`;
    return `${from} (${format}) → ${to}: ${count}, ${bytes.toLocaleString("en-US")} bytes`;
  });
}

interface Found {
  readonly format: string;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

async function readAny(from: string, request: WeightRequest): Promise<Found> {
  const options = tensorFileOptions(request);
  const ending = extname(from).toLowerCase();
  if (request.key !== undefined && (ending === ".npy" || ending === ".onnx")) {
    throw new UsageError(`${from}: has no dicts: leave --key ${request.key} out`);
  }
  const renamed = (tensors: Map<string, SafetensorsTensor>) => renameKeys(tensors, options.rename ?? []);
  if (ending === ".npy") {
    const tensor = parseNpy(await readRegular(from), from);
    return { format: "NumPy", tensors: renamed(new Map([["array", tensor]])), metadata: {} };
  }
  if (ending === ".onnx") {
    const tensors = new Map<string, SafetensorsTensor>();
    for (const [name, stored] of (await readOnnxNetwork(from)).stateDict()) {
      tensors.set(name, safetensorsFromFloat32(await stored.data(), stored.shape));
    }
    return { format: "ONNX", tensors: renamed(tensors), metadata: {} };
  }
  const { format, tensors, metadata } = await readTensorFile(from, options);
  const real = [...tensors].map(([name, tensor]) => [name, realTensor(`${from}: ${name}`, tensor)] as const);
  return { format, tensors: new Map(real), metadata };
}

/** @throws ConvsmithError for more than one, or none. */
function only(tensors: ReadonlyMap<string, SafetensorsTensor>, from: string): SafetensorsTensor {
  const [first, ...others] = tensors.values();
  if (first && others.length === 0) return first;
  throw new ConvsmithError(`${from}: holds ${tensors.size} tensors, and a .npy file one: write a .safetensors file`);
}
