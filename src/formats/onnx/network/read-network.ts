import { dirname, join } from "node:path";
import { ConvsmithError } from "../../../core/errors.ts";
import { type ByteSource, sourceOf } from "../../byte-source.ts";
import { sourceAt } from "../../file-source.ts";
import { readRegular } from "../../read-regular.ts";
import { readingFile } from "../in-file.ts";
import type { Model } from "../model_pb.ts";
import { parseOnnx, parseOnnxOutline } from "../parse.ts";
import { placesIn } from "../places.ts";
import { externalData, storedTensor, tensorIn } from "../tensor.ts";
import type { Tensor } from "../value_pb.ts";
import { OnnxNetwork, type ReadTensor } from "./onnx-network.ts";

/**
 * A `.onnx` file as a network, in evaluation mode, with its weights; those in files of their own are read beside it.
 * @throws FileFormatError for a damaged file; ConvsmithError of one line where a file can't be read.
 */
export async function readOnnxNetwork(path: string): Promise<OnnxNetwork> {
  const bytes = await readRegular(path);
  const open = async (file: string) => sourceOf(await readRegular(file));
  return await networkOf({ model: parseOnnx(bytes, path), bytes }, path, open, storedTensor);
}

/**
 * As readOnnxNetwork, for as long as the files stay as they are: the numbers of a large tensor are read when the network first
 * runs, so a network that is only looked at takes little memory.
 */
export async function openOnnxNetwork(path: string): Promise<OnnxNetwork> {
  const source = await sourceAt(path);
  const { model, bytes } = parseOnnxOutline(source, path);
  return await networkOf({ model, bytes }, path, sourceAt, (tensor) => {
    const { byteOffset, length, buffer } = tensor.rawData;
    if (buffer !== bytes.buffer || length === 0) return storedTensor(tensor);
    const start = byteOffset - bytes.byteOffset;
    return tensorIn(tensor, source, { start, end: start + length }, path);
  });
}

async function networkOf(
  { model, bytes }: { readonly model: Model; readonly bytes: Uint8Array },
  path: string,
  open: (path: string) => Promise<ByteSource>,
  inItself: ReadTensor,
): Promise<OnnxNetwork> {
  const places = placesIn(model, bytes);
  const files = new Map<string, ByteSource>();
  for (const tensor of model.graph!.initializer) {
    const byte = places.get(tensor) ?? 0;
    const location = readingFile(path, byte, () => externalData(tensor))?.location;
    if (location === undefined || files.has(location)) continue;
    const source = await open(join(dirname(path), location)).catch((error: Error) => {
      throw new ConvsmithError(
        `${path}: the numbers of ${tensor.name} are in another file: ${error.message} (at byte ${byte})`,
      );
    });
    files.set(location, source);
  }
  const read = (tensor: Tensor) => {
    const place = externalData(tensor);
    if (!place) return inItself(tensor);
    const { location, offset, length } = place;
    const source = files.get(location)!;
    const end = offset + (length ?? source.length - offset);
    if (end > source.length) {
      throw new ConvsmithError(
        `the numbers of ${tensor.name} lie in ${location} up to its byte ${end}, but that file ends at ${source.length}`,
      );
    }
    return tensorIn(tensor, source, { start: offset, end }, join(dirname(path), location));
  };
  return new OnnxNetwork(model, path, { places, read }).eval();
}
