import { extname } from "node:path";
import type { OnnxNetwork } from "../formats/onnx/network/onnx-network.ts";
import { readOnnxNetwork } from "../formats/read-onnx-network.ts";
import type { Tensor } from "../tensor/index.ts";
import { UsageError } from "./errors.ts";
import { isPicture, readNumbers } from "./run-input.ts";

/** "left=a.npy" for each input of an ONNX file, on lines of their own; null where no name is given. */
export function namedInputs(text: string): ReadonlyMap<string, string> | null {
  const parts = text.split("\n").map((each) => /^([^=]+)=(.+)$/.exec(each));
  if (!parts.every((each) => each !== null)) return null;
  const named = new Map(parts.map(([, name, path]) => [name!, path!]));
  if (named.size < parts.length) throw new UsageError(`--input names an input twice: ${text.replaceAll("\n", ", ")}`);
  return named;
}

/** The network, and its inputs in the file's order. @throws UsageError for names that are not those of its inputs. */
export async function readNamedInputs(
  model: string,
  files: ReadonlyMap<string, string>,
): Promise<{ readonly network: OnnxNetwork; readonly inputs: readonly Tensor[] }> {
  if (extname(model) !== ".onnx") {
    throw new UsageError(`${model}: --input NAME=FILE is for .onnx files. Give --input FILE.`);
  }
  const network = await readOnnxNetwork(model);
  const names = network.inputs.map(({ name }) => name);
  const fits = names.length === files.size && names.every((name) => files.has(name));
  if (!fits) {
    const way = names.map((name) => `--input ${name}=${name}.npy`).join(" ");
    throw new UsageError(
      `${model}: its inputs are ${names.join(", ")}, and --input names ${[...files.keys()].join(", ")}. Give ${way}.`,
    );
  }
  const inputs: Tensor[] = [];
  for (const name of names) {
    const file = files.get(name)!;
    if (isPicture(file)) throw new UsageError(`--input ${name} must be a .npy or .safetensors file, got ${file}`);
    inputs.push(await readNumbers(file));
  }
  return { network, inputs };
}
