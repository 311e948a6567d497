import type { Target } from "../../../core/kernel.ts";
import type { TensorType } from "../../../core/shape.ts";
import { gradientParts, gradientShape, splitGradient } from "./gradient-shape.ts";
import { blockTilesOf } from "./problem.ts";
import { f2x2, f4x4, type Scheme } from "./transforms.ts";

/** Fewer tiles than this use a panel's weights too seldom. */
const leastBlockTiles = 8;

/** Planes of at least this side are large: what their last tiles reach over the edge, and their weights, hardly count. */
const largeSide = 7;
/** So many weights of each tap outgrow the caches once they are transformed: then they count up to larger planes. */
const [manyWeights, largeSideOfMany] = [2 ** 17, 16];

/**
 * The scheme that takes the least time for a 3x3 convolution of stride 1, or null where the direct kernel does. By shape
 * alone, since another choice gives other bits; and by channels alone for large planes, so that a part of a picture, or of
 * a batch, gets the bits of the whole.
 */
export function chooseScheme(
  input: TensorType,
  output: TensorType,
  { numerics }: Pick<Target, "numerics">,
): Scheme | null {
  const [batch, channels, inputHeight, inputWidth] = input.shape as [number, number, number, number];
  const [, outputs, height, width] = output.shape as [number, number, number, number];
  const side = Math.min(height, width);
  if (channels < 4 || outputs < 4 || Math.min(side, inputHeight, inputWidth) < 2) return null;
  const small = side < (channels * outputs < manyWeights ? largeSide : largeSideOfMany);
  const pixels = small ? batch * side ** 2 : 1;
  let best: Scheme | null = null;
  let least = (0.9 * 9 * pixels * channels * outputs) / 4;
  for (const scheme of numerics === "fast" ? [f2x2, f4x4] : [f2x2]) {
    if (blockTilesOf(channels, scheme) < leastBlockTiles) continue;
    const [tiles, weights] = small ? [batch * Math.ceil(side / scheme.outputs) ** 2, 1] : [1 / scheme.outputs ** 2, 0];
    const cost = winogradCost(scheme, tiles, weights, channels, outputs);
    if (cost < least) [best, least] = [scheme, cost];
  }
  return best;
}

/**
 * In multiply-adds of vectors, measured: moving a vector into or out of the transformed domain costs as much as five for
 * each position, a vector of weights as six.
 */
function winogradCost({ size }: Scheme, tiles: number, weights: number, channels: number, outputs: number): number {
  const [inputVectors, outputVectors] = [Math.ceil(channels / 4), Math.ceil(outputs / 4)];
  const perTile = channels * outputVectors + 5 * (inputVectors + outputVectors);
  return size ** 2 * (tiles * perTile + weights * 6 * channels * outputVectors);
}

/** The same for the gradient of such a convolution's weight: a vector of sums costs three for each band, and more to transform. */
export function chooseGradientScheme(input: TensorType, grad: TensorType, target: Target): Scheme | null {
  const [batch, channels, inputHeight, inputWidth] = input.shape as [number, number, number, number];
  const [, outputs, height, width] = grad.shape as [number, number, number, number];
  if (channels < 4 || outputs < 4 || Math.min(height, width, inputHeight, inputWidth) < 2) return null;
  let best: Scheme | null = null;
  const products = (channels * outputs) / 4;
  // The outer product kernel's sums are read and written too: that counts where there are few pixels.
  let least = 0.9 * 9 * (batch * height * width + 20) * products;
  for (const scheme of target.numerics === "fast" ? [f2x2, f4x4] : [f2x2]) {
    const parts = gradientParts(channels, outputs, scheme);
    if (!parts || parts.blockTiles < leastBlockTiles) continue;
    const tiles = batch * Math.ceil(height / scheme.outputs) * Math.ceil(width / scheme.outputs);
    const { bands } = splitGradient(gradientShape(channels, outputs, scheme, target), tiles);
    const transforms =
      Math.ceil(channels / 4) * (outputs / parts.partOutputs) +
      Math.ceil(outputs / 4) * (channels / parts.partChannels);
    const sums = scheme.size * 3 + 3 * bands;
    const cost = scheme.size ** 2 * (tiles * (products + 5 * transforms) + sums * products);
    if (cost < least) [best, least] = [scheme, cost];
  }
  return best;
}
