import { placeholder } from "../analysis/recording.ts";
import type { Node } from "../core/node.ts";
import { numel, type Shape } from "../core/shape.ts";
import * as ops from "../ops/index.ts";

export type Padding = "SAME" | "VALID";
type Size = number | readonly [height: number, width: number];

const pair = (size: Size): readonly [number, number] => (typeof size === "number" ? [size, size] : size);

/** A leaf whose numbers are never read: none are made. */
export const unread = (shape: Shape): Node => placeholder(shape).node;

/** TensorFlow's padding: an odd rest goes to the bottom and right, and it depends on the size of the input. */
function padded(x: Node, kernel: readonly number[], stride: number, padding: Padding): Node {
  if (padding === "VALID") return x;
  const sides = [1, 0].flatMap((axis) => {
    const size = x.shape[axis + 2]!;
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel[axis]! - size);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
  return sides.every((side) => side === 0) ? x : ops.pad(x, sides);
}

export function conv(x: Node, outputs: number, kernel: Size, stride = 1, padding: Padding = "SAME"): Node {
  const size = pair(kernel);
  const weight = unread([outputs, x.shape[1]!, ...size]);
  return ops.conv2d(padded(x, size, stride, padding), weight, unread([outputs]), { stride });
}

/** Each channel by itself. In a separable convolution it has no bias. */
export function depthwise(
  x: Node,
  kernel: number,
  stride: number,
  options: { readonly multiplier?: number; readonly bias?: boolean } = {},
): Node {
  const channels = x.shape[1]!;
  const outputs = channels * (options.multiplier ?? 1);
  const input = padded(x, [kernel, kernel], stride, "SAME");
  const bias = options.bias ? unread([outputs]) : null;
  return ops.conv2d(input, unread([outputs, 1, kernel, kernel]), bias, { stride, groups: channels });
}

export function maxPool(x: Node, kernel: number, stride: number, padding: Padding = "VALID"): Node {
  return ops.maxPool2d(padded(x, [kernel, kernel], stride, padding), kernel, { stride });
}

export function avgPool(x: Node, kernel: number): Node {
  return ops.avgPool2d(padded(x, [kernel, kernel], 1, "SAME"), kernel, { stride: 1 });
}

/** ResNet's: no bias, and the padding of a strided one is that of one without stride, whatever the size of the input. */
export function convSame(x: Node, outputs: number, kernel: number, stride: number): Node {
  const side = (kernel - 1) / 2;
  const input = side === 0 ? x : ops.pad(x, [side, side, side, side]);
  return ops.conv2d(input, unread([outputs, x.shape[1]!, kernel, kernel]), null, { stride });
}

/** TensorFlow's profiler: 2 for each multiplication, one for each bias, k² for each element that a pool gives. */
export function profiledFlops(nodes: readonly Node[]): number {
  let flops = 0;
  for (const { op, inputs, shape, attributes } of nodes) {
    const count = numel(shape);
    if (op.name === "conv2d") flops += count * (2 * numel(inputs[1]!.shape.slice(1)) + (inputs.length > 2 ? 1 : 0));
    if (op.name.endsWith("Pool2d")) flops += count * numel(attributes.kernelSize as number[]);
  }
  return flops;
}
