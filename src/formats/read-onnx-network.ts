import type { OnnxNetwork } from "./onnx/network/onnx-network.ts";

/**
 * A `.onnx` file as a network (an nn.Module) in evaluation mode, with its weights: parameters under their ONNX names. It is
 * loaded with all layers, so only when it is called.
 * Training goes on from those weights: network.train(), and an optimiser of network.parameters().
 * @throws FileFormatError for a damaged file; ConvsmithError of one line where a file can't be read.
 */
export async function readOnnxNetwork(path: string): Promise<OnnxNetwork> {
  return await (await import("./onnx/network/read-network.ts")).readOnnxNetwork(path);
}
