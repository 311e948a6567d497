import type { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";

/** Ops here work on height and width: a single spatial axis becomes the width of a picture of height 1. */
export const pair = (sizes: readonly number[], fill: number): [number, number] =>
  sizes.length === 1 ? [fill, sizes[0]!] : [sizes[0]!, sizes[1]!];

/** Records on [N, C, H, W] what is given as that or as [N, C, L]. @throws ArgumentError for any other rank. */
export function asPicture(call: Call, x: Tensor, record: (picture: Tensor) => Tensor): Tensor {
  const { shape } = x;
  if (shape.length === 4) return record(x);
  if (shape.length !== 3) call.fail(`needs [N, C, L], [N, C, H, W] or [N, C, D, H, W], got [${shape.join(", ")}]`);
  const [batch, channels, length] = shape as [number, number, number];
  const result = record(x.reshape(batch, channels, 1, length));
  return result.reshape(result.shape[0]!, result.shape[1]!, result.shape[3]!);
}

/** [A, B, L] as [A, B, 1, L]. */
export const asKernel = (weight: Tensor): Tensor =>
  weight.dim === 3 ? weight.reshape(weight.shape[0]!, weight.shape[1]!, 1, weight.shape[2]!) : weight;
