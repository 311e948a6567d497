import { dirname, join } from "node:path";
import { ConvsmithError } from "../../../core/errors.ts";
import { readRegular } from "../../read-regular.ts";
import { readingFile } from "../in-file.ts";
import { parseOnnx } from "../parse.ts";
import { placesIn } from "../places.ts";
import { externalData, storedTensor } from "../tensor.ts";
import type { Tensor } from "../value_pb.ts";
import { OnnxNetwork } from "./onnx-network.ts";

/**
 * A `.onnx` file as a network, in evaluation mode, with its weights; those in files of their own are read beside it.
 * @throws FileFormatError for a damaged file; ConvsmithError of one line where a file can't be read.
 */
export async function readOnnxNetwork(path: string): Promise<OnnxNetwork> {
  const bytes = await readRegular(path);
  const model = parseOnnx(bytes, path);
  const places = placesIn(model, bytes);
  const files = new Map<string, Uint8Array>();
  for (const tensor of model.graph!.initializer) {
    const byte = places.get(tensor) ?? 0;
    const location = readingFile(path, byte, () => externalData(tensor))?.location;
    if (location === undefined || files.has(location)) continue;
    const found = await readRegular(join(dirname(path), location)).catch((error: Error) => {
      throw new ConvsmithError(
        `${path}: the numbers of ${tensor.name} are in another file: ${error.message} (at byte ${byte})`,
      );
    });
    files.set(location, found);
  }
  const external = (tensor: Tensor) => {
    const { location, offset, length } = externalData(tensor)!;
    const file = files.get(location)!;
    const end = offset + (length ?? file.length - offset);
    if (end > file.length) {
      throw new ConvsmithError(
        `the numbers of ${tensor.name} lie in ${location} up to its byte ${end}, but that file ends at ${file.length}`,
      );
    }
    return storedTensor(tensor, file.subarray(offset, end));
  };
  return new OnnxNetwork(model, path, { places, external }).eval();
}
