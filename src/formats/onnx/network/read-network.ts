import { dirname, join } from "node:path";
import { ConvsmithError, FileFormatError } from "../../../core/errors.ts";
import { type ByteSource, sourceOf } from "../../byte-source.ts";
import { sourceAt } from "../../file-source.ts";
import { readRegular } from "../../read-regular.ts";
import type { Model } from "../model_pb.ts";
import { parseOnnx, parseOnnxOutline } from "../parse.ts";
import { externalData, storedTensor, tensorIn } from "../tensor.ts";
import type { Tensor } from "../value_pb.ts";
import { OnnxNetwork, type ReadTensor } from "./onnx-network.ts";

/**
 * A `.onnx` file as a network, in evaluation mode, with its weights; those in files of their own are read beside it.
 * @throws FileFormatError for a damaged file; ConvsmithError of one line where a file can't be read.
 */
export async function readOnnxNetwork(path: string): Promise<OnnxNetwork> {
  const model = parseOnnx(await readRegular(path), path);
  const open = async (file: string) => sourceOf(await readRegular(file));
  return await networkOf(model, path, open, (tensor) => storedTensor(tensor, path));
}

/**
 * As readOnnxNetwork, for as long as the files stay as they are: the numbers of a large tensor are read when the network first
 * runs, so a network that is only looked at takes little memory.
 */
export async function openOnnxNetwork(path: string): Promise<OnnxNetwork> {
  const source = await sourceAt(path);
  const { model, bytes } = parseOnnxOutline(source, path);
  return await networkOf(model, path, sourceAt, (tensor) => {
    const { byteOffset, length, buffer } = tensor.rawData;
    if (buffer !== bytes.buffer || length === 0) return storedTensor(tensor, path);
    const start = byteOffset - bytes.byteOffset;
    return tensorIn(tensor, source, { start, end: start + length }, path);
  });
}

async function networkOf(
  model: Model,
  path: string,
  open: (path: string) => Promise<ByteSource>,
  inFile: ReadTensor,
): Promise<OnnxNetwork> {
  const files = new Map<string, ByteSource>();
  for (const tensor of model.graph!.initializer) {
    const location = externalData(tensor, path)?.location;
    if (location === undefined || files.has(location)) continue;
    const source = await open(join(dirname(path), location)).catch((error: Error) => {
      throw new ConvsmithError(`${path}: the numbers of ${tensor.name} are in another file: ${error.message}`);
    });
    files.set(location, source);
  }
  const read = (tensor: Tensor) => {
    const place = externalData(tensor, path);
    if (!place) return inFile(tensor);
    const { location, offset, length } = place;
    const source = files.get(location)!;
    const end = offset + (length ?? source.length - offset);
    const within = join(dirname(path), location);
    if (end > source.length) {
      throw new FileFormatError(within, `ends before ${end}, where ${tensor.name} does`, source.length);
    }
    return tensorIn(tensor, source, { start: offset, end }, path, within);
  };
  return new OnnxNetwork(model, path, read).eval();
}
