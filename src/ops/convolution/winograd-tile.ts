import type { Node } from "../../core/node.ts";
import { convTranspose2dOp } from "./conv-transpose2d.ts";
import { conv2dOp } from "./conv2d.ts";
import type { ConvolutionAttributes } from "./geometry.ts";

/** Whether all of kernel, stride, dilation and groups are what Winograd's F(m x m, 3x3) is made for. */
export function isPlain3x3(kernel: readonly number[], { stride, dilation, groups }: ConvolutionAttributes): boolean {
  return kernel.every((size) => size === 3) && [...stride, ...dilation, groups].every((each) => each === 1);
}

/**
 * How many neighbouring outputs along an axis, from a multiple of that number on, may be rounded together: the largest of
 * Winograd's tiles for a convolution that may run so, 1 for all else.
 */
export function winogradTile({ op, inputs, attributes }: Node): number {
  if (op !== conv2dOp && op !== convTranspose2dOp) return 1;
  return isPlain3x3(inputs[1]!.shape.slice(2), attributes as ConvolutionAttributes) ? 4 : 1;
}
