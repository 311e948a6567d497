type Term = (index: number, weight: number) => void;

const { fround } = Math;

/**
 * ONNX's Resize along one axis. Positions are float32, as other engines compute them; a scale of 0 is that of the sizes.
 */
export function resizeRule(
  inputSize: number,
  outputSize: number,
  numbers: readonly (number | string | boolean)[],
): (output: number, term: Term) => void {
  const [given, mode, coordinates, rounding, cubic, excludeOutside] = numbers as [
    number,
    string,
    string,
    string,
    number,
    boolean,
  ];
  const scale = fround(given > 0 ? given : outputSize / inputSize);
  const last = inputSize - 1;
  const inside = (index: number) => Math.min(Math.max(index, 0), last);
  const centre = (output: number) => fround(fround(fround(output + 0.5) / scale) - 0.5);
  const positions: Readonly<Record<string, (output: number) => number>> = {
    asymmetric: (output) => fround(output / scale),
    align_corners: (output) => (outputSize > 1 ? fround(fround(output * last) / (outputSize - 1)) : 0),
    half_pixel: centre,
    tf_half_pixel_for_nn: (output) => fround(fround(output + 0.5) / scale),
    pytorch_half_pixel: (output) => (outputSize > 1 ? centre(output) : 0),
    // The middle stays in the middle, where the size was rounded down.
    half_pixel_symmetric: (output) =>
      fround((inputSize / 2) * (1 - outputSize / fround(scale * inputSize)) + centre(output)),
  };
  const position = positions[coordinates]!;
  if (mode === "nearest") {
    const round = roundings[rounding]!;
    return (output, term) => term(inside(round(position(output))), 1);
  }
  if (mode === "linear") {
    return (output, term) => {
      const at = Math.min(Math.max(position(output), 0), last);
      const index = Math.floor(at);
      term(index, 1 - (at - index));
      term(inside(index + 1), at - index);
    };
  }
  return (output, term) => {
    const at = position(output);
    const index = Math.floor(at);
    const weights = [-1, 0, 1, 2].map((tap) => keys(Math.abs(at - index - tap), cubic));
    const kept = weights.map((weight, tap) =>
      excludeOutside && inside(index - 1 + tap) !== index - 1 + tap ? 0 : weight,
    );
    const total = excludeOutside ? kept.reduce((sum, weight) => sum + weight, 0) : 1;
    for (const [tap, weight] of kept.entries()) term(inside(index - 1 + tap), weight / total);
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
