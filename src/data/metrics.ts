import { ShapeError } from "../core/errors.ts";
import { imresize } from "./imresize.ts";
import { checkFactor, checkPlane, cropToMultiple, type Plane, shave } from "./plane.ts";

/**
 * Peak signal-to-noise ratio in dB of two planes of codes 0..255: 10 log10(255² / MSE). Infinity for equal planes.
 *
 * @example
 * import { psnr } from "convsmith/data";
 * const black = { width: 1, height: 1, data: Uint8Array.of(0) };
 * const white = { width: 1, height: 1, data: Uint8Array.of(255) };
 * console.log(psnr(black, white)); // 0
 *
 * @throws ShapeError when the sizes differ.
 */
export function psnr(a: Plane, b: Plane): number {
  checkPair("psnr", a, b);
  let sum = 0;
  for (let index = 0; index < a.data.length; index++) sum += (a.data[index]! - b.data[index]!) ** 2;
  return 10 * Math.log10(255 ** 2 / (sum / a.data.length));
}

const windowSize = 11;

/**
 * Structural similarity of two planes of codes 0..255 (Wang et al., "Image quality assessment: from error visibility to
 * structural similarity", 2004): 11x11 Gaussian window with sigma 1.5, mean over the positions where it fits, K1 = 0.01,
 * K2 = 0.03, L = 255. At most 1.
 *
 * @throws ShapeError when the sizes differ or a side is under 11 pixels.
 */
export function ssim(a: Plane, b: Plane): number {
  checkPair("ssim", a, b);
  const { width, height } = a;
  if (width < windowSize || height < windowSize) {
    throw new ShapeError("ssim", "needs at least 11x11 pixels", { size: `${width}x${height}` });
  }
  const meanA = blur(a);
  const meanB = blur(b);
  const squareA = blur(product(a, a));
  const squareB = blur(product(b, b));
  const mixed = blur(product(a, b));
  const c1 = (0.01 * 255) ** 2;
  const c2 = (0.03 * 255) ** 2;
  let sum = 0;
  for (let index = 0; index < meanA.length; index++) {
    const x = meanA[index]!;
    const y = meanB[index]!;
    const variances = squareA[index]! - x * x + squareB[index]! - y * y;
    const covariance = mixed[index]! - x * y;
    sum += ((2 * x * y + c1) * (2 * covariance + c2)) / ((x * x + y * y + c1) * (variances + c2));
  }
  return sum / meanA.length;
}

/** The reference of 8-bit luma, cut to a multiple of `scale`, and the network's input: its bicubic reduction in [0, 1]. */
export function superResolutionPair(
  y: Plane<Uint8Array>,
  scale: number,
): { reference: Plane<Uint8Array>; input: Plane<Float64Array> } {
  checkFactor("superResolutionPair", scale);
  const reference = cropToMultiple(y, scale);
  const { width, height } = reference;
  const unit = { width, height, data: new Float64Array(reference.data).map((code) => code / 255) };
  return { reference, input: imresize(unit, { width: width / scale, height: height / scale }) };
}

/**
 * PSNR (dB) and SSIM by the protocol of the literature: the output, in [0, 1], is clipped and rounded to codes, and
 * `scale` pixels are shaved off every side of both.
 *
 * @example
 * import { imresize, superResolutionMetrics, superResolutionPair } from "convsmith/data";
 * const y = { width: 36, height: 36, data: Uint8Array.from({ length: 36 * 36 }, (_, index) => (index * index) % 251) };
 * const { reference, input } = superResolutionPair(y, 3);
 * const { psnr, ssim } = superResolutionMetrics(reference, imresize(input, 3), 3);
 * console.log(psnr < 20, ssim < 0.5); // true true
 *
 * @throws ShapeError when the sizes differ or less than 11x11 pixels are left.
 */
export function superResolutionMetrics(reference: Plane, output: Plane, scale: number): { psnr: number; ssim: number } {
  checkPair("superResolutionMetrics", reference, output);
  checkFactor("superResolutionMetrics", scale);
  // Float64Array keeps a NaN, so that a broken network's figure is NaN and not a number.
  const codes = new Float64Array(output.data).map((value) => Math.round(255 * Math.min(Math.max(value, 0), 1)));
  const shavedReference = shave(reference, scale);
  const shavedOutput = shave({ width: output.width, height: output.height, data: codes }, scale);
  return { psnr: psnr(shavedReference, shavedOutput), ssim: ssim(shavedReference, shavedOutput) };
}

function product(a: Plane, b: Plane): Plane<Float64Array> {
  const data = new Float64Array(a.data.length);
  for (let index = 0; index < data.length; index++) data[index] = a.data[index]! * b.data[index]!;
  return { width: a.width, height: a.height, data };
}

/** Gaussian average over the positions where the whole window fits: (width - 10) · (height - 10) values. */
function blur(plane: Plane): Float64Array {
  const weights = Float64Array.from({ length: windowSize }, (_, index) =>
    Math.exp(-((index - 5) ** 2) / (2 * 1.5 ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // One array type in the loops below keeps them monomorphic.
  const data = new Float64Array(plane.data);
  const outWidth = plane.width - windowSize + 1;
  const outHeight = plane.height - windowSize + 1;
  const rows = new Float64Array(outWidth * plane.height);
  for (let y = 0; y < plane.height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let tap = 0; tap < windowSize; tap++) sum += weights[tap]! * data[y * plane.width + x + tap]!;
      rows[y * outWidth + x] = sum / total;
    }
  }
  const result = new Float64Array(outWidth * outHeight);
  for (let index = 0; index < result.length; index++) {
    let sum = 0;
    for (let tap = 0; tap < windowSize; tap++) sum += weights[tap]! * rows[index + tap * outWidth]!;
    result[index] = sum / total;
  }
  return result;
}

function checkPair(subject: string, a: Plane, b: Plane): void {
  checkPlane(subject, a);
  checkPlane(subject, b);
  if (a.width !== b.width || a.height !== b.height) {
    const sizes = [`${a.width}x${a.height}`, `${b.width}x${b.height}`];
    throw new ShapeError(subject, "needs two planes of one size", { sizes });
  }
}
