import type { Shape } from "../core/shape.ts";
import type { Module } from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";

export interface OnnxExportOptions {
  /** The version of ONNX's operators, from 17 (which it is unless given) to 23. */
  readonly opset?: number;
  /** True: the file takes inputs of the given shape only. */
  readonly fixedSize?: boolean;
}

/** An input or output of an ONNX graph: a size is a number, a name, or null where the file says nothing of it. */
export interface OnnxValueFacts {
  readonly name: string;
  readonly type: "float" | "int";
  readonly dimensions: readonly (number | string | null)[];
}

export interface OnnxExport {
  /** What a `.onnx` file holds. */
  readonly bytes: Uint8Array;
  readonly opset: number;
  /** How many. */
  readonly nodes: number;
  readonly inputs: readonly OnnxValueFacts[];
  readonly outputs: readonly OnnxValueFacts[];
  /** Sizes of the input that could not be left open, and why. */
  readonly fixed: readonly { readonly axis: number; readonly name: string; readonly reason: string }[];
}

/**
 * A network of one input, in evaluation mode, as an ONNX graph with its weights: nodes are named after layers, stored tensors
 * as in `stateDict()`. The batch, and height and width where the network's layers allow it, are left open: the file then
 * takes any. The same network always gives the same bytes.
 * @throws ConvsmithError that names layer and op for one that has no ONNX form; ShapeError for an input that does not fit;
 * ArgumentError for an opset that is not written.
 * @example
 * import { nn } from "convsmith";
 * import { exportOnnx } from "convsmith/formats";
 * const network = new nn.Sequential(new nn.Conv2d(1, 9, 3, { padding: 1 }), new nn.PixelShuffle(3));
 * const { bytes, nodes, inputs, outputs } = await exportOnnx(network, [1, 1, 8, 8]);
 * console.log(bytes.length > 0, nodes); // true 2
 * console.log(inputs[0]!.dimensions); // ["batch", 1, "height", "width"]
 * console.log(outputs[0]!.dimensions); // ["batch", 1, "3*height", "3*width"]
 */
export async function exportOnnx(
  network: Module & { forward(x: Tensor): unknown },
  inputShape: Shape,
  options: OnnxExportOptions = {},
): Promise<OnnxExport> {
  return await (await import("./onnx/write/write-network.ts")).writeNetwork(network, inputShape, options);
}
