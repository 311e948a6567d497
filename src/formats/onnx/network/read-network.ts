import { dirname, join } from "node:path";
import { ConvsmithError, FileFormatError } from "../../../core/errors.ts";
import { readRegular } from "../../read-regular.ts";
import { parseOnnx } from "../parse.ts";
import { externalData, storedTensor } from "../tensor.ts";
import type { Tensor } from "../value_pb.ts";
import { OnnxNetwork } from "./onnx-network.ts";

/**
 * A `.onnx` file as a network, in evaluation mode, with its weights; those in files of their own are read beside it.
 * @throws FileFormatError for a damaged file; ConvsmithError of one line where a file can't be read.
 */
export async function readOnnxNetwork(path: string): Promise<OnnxNetwork> {
  const model = parseOnnx(await readRegular(path), path);
  const files = new Map<string, Uint8Array>();
  for (const tensor of model.graph!.initializer) {
    const location = externalData(tensor, path)?.location;
    if (location === undefined || files.has(location)) continue;
    const bytes = await readRegular(join(dirname(path), location)).catch((error: Error) => {
      throw new ConvsmithError(`${path}: the numbers of ${tensor.name} are in another file: ${error.message}`);
    });
    files.set(location, bytes);
  }
  const external = (tensor: Tensor) => {
    const { location, offset, length } = externalData(tensor, path)!;
    const file = files.get(location)!;
    const end = offset + (length ?? file.length - offset);
    if (end > file.length) {
      throw new FileFormatError(
        join(dirname(path), location),
        `ends before ${end}, where ${tensor.name} does`,
        file.length,
      );
    }
    return storedTensor({ ...tensor, rawData: file.subarray(offset, end) }, path);
  };
  return new OnnxNetwork(model, path, external).eval();
}
