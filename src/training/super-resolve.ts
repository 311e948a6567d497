import { imresize, type Plane, superResolutionMetrics, superResolutionPair } from "../data/index.ts";
import { enlargePlane } from "../models/tiles.ts";
import { noGrad, tensor } from "../tensor/index.ts";
import type { Network } from "./fit.ts";

/** Enlarges a plane in [0, 1] with a network [1, 1, H, W] → [1, 1, H·r, W·r], in evaluation. The result is not clipped. */
export async function superResolve(network: Network, plane: Plane): Promise<Plane<Float32Array>> {
  const { width, height, data } = plane;
  network.eval();
  const output = noGrad(() => network.forward(tensor(Float32Array.from(data), [1, 1, height, width])));
  const values = (await output.take()) as Float32Array;
  return { width: output.shape[3]!, height: output.shape[2]!, data: values };
}

/** PSNR in dB and SSIM of one picture, beside those of bicubic. */
export interface SuperResolutionScore {
  readonly psnr: number;
  readonly ssim: number;
  readonly bicubic: { readonly psnr: number; readonly ssim: number };
}

/**
 * Scores a network on 8-bit luma by the protocol of the literature; see superResolutionMetrics. Works in tiles, so that a
 * picture may have any size. @param halo see enlargePlane: saves looking for it at every picture.
 */
export async function scoreSuperResolution(
  network: Network,
  luma: Plane<Uint8Array>,
  scale: number,
  halo?: number,
): Promise<SuperResolutionScore> {
  const { reference, input } = superResolutionPair(luma, scale);
  const own = superResolutionMetrics(reference, await enlargePlane(network, input, { scale, halo }), scale);
  const bicubic = superResolutionMetrics(reference, imresize(input, scale), scale);
  return { ...own, bicubic };
}
