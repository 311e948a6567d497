import { ShapeError } from "../../core/errors.ts";
import type { AxisRule } from "./weights.ts";

const { fround } = Math;
/** With antialias an output is the mean of all that it stands for. */
const mostTerms = 2 ** 23;

/**
 * ONNX's Resize along one axis. Positions are float32, as other engines compute them; a scale of 0 is that of the sizes.
 * `start` and `end` are the part of the axis that tf_crop_and_resize takes: outside of the axis it has no terms.
 */
export function resizeRule(
  inputSize: number,
  outputSize: number,
  numbers: readonly (number | string | boolean)[],
): AxisRule {
  const [given, mode, coordinates, rounding, cubic, excludeOutside, antialias = false, start = 0, end = 1] =
    numbers as [number, string, string, string, number, boolean, boolean?, number?, number?];
  const scale = fround(given > 0 ? given : outputSize / inputSize);
  const last = inputSize - 1;
  const inside = (index: number) => Math.min(Math.max(index, 0), last);
  const centre = (output: number) => fround(fround(fround(output + 0.5) / scale) - 0.5);
  // Corners are aligned by the size before it is rounded down.
  const exact = given > 0 ? given * inputSize : outputSize;
  const length = Math.abs(exact - Math.round(exact)) < 1e-4 ? Math.round(exact) : exact;
  const positions: Readonly<Record<string, (output: number) => number>> = {
    asymmetric: (output) => fround(output / scale),
    align_corners: (output) => (length > 1 ? fround(fround(output * last) / (length - 1)) : 0),
    half_pixel: centre,
    tf_half_pixel_for_nn: (output) => fround(fround(output + 0.5) / scale),
    pytorch_half_pixel: (output) => (outputSize > 1 ? centre(output) : 0),
    // The middle stays in the middle, where the size was rounded down.
    half_pixel_symmetric: (output) =>
      fround((inputSize / 2) * (1 - outputSize / fround(scale * inputSize)) + centre(output)),
    tf_crop_and_resize: (output) =>
      fround(last * (outputSize > 1 ? start + (output * (end - start)) / (outputSize - 1) : (start + end) / 2)),
  };
  const position = positions[coordinates]!;
  const cropped = coordinates === "tf_crop_and_resize";
  const outside = (at: number) => cropped && !(at >= 0 && at <= last);
  if (mode === "nearest") {
    const round = roundings[rounding]!;
    return (output, term) => {
      const at = position(output);
      if (!outside(at)) term(inside(round(at)), 1);
    };
  }
  const [reach, kernel] =
    mode === "linear" ? [1, (x: number) => Math.max(1 - x, 0)] : [2, (x: number) => keys(x, cubic)];
  // With antialias a kernel reaches over all that an output stands for.
  const squeeze = antialias ? Math.min(scale, 1) : 1;
  const taps = Math.ceil((2 * reach) / squeeze) + 1;
  if (!(outputSize * taps <= mostTerms)) {
    throw new ShapeError("resize", `needs a scale at which all outputs stand for fewer than ${mostTerms} pixels`, {
      scale,
    });
  }
  return (output, term) => {
    const at = position(output);
    if (outside(at)) return;
    const first = Math.floor(at - reach / squeeze) + 1;
    const count = Math.ceil(at + reach / squeeze) - first;
    const weights = Array.from({ length: count }, (_, tap) => {
      const index = first + tap;
      return excludeOutside && inside(index) !== index ? 0 : kernel(Math.abs(index - at) * squeeze);
    });
    const total = excludeOutside || antialias ? weights.reduce((sum, weight) => sum + weight, 0) : 1;
    for (const [tap, weight] of weights.entries()) term(inside(first + tap), weight / total);
  };
}

const roundings: Readonly<Record<string, (at: number) => number>> = {
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Keys' cubic kernel at a distance. */
function keys(x: number, a: number): number {
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
