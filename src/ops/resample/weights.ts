/** Tells one term: `weight` times the input at `index`. */
type Term = (index: number, weight: number) => void;
export type WeightRule = (
  inputSize: number,
  outputSize: number,
  numbers: readonly (number | string | boolean)[],
) => (output: number, term: Term) => void;

/** Positions are rounded to float32 as PyTorch's are, so that the same pixels are chosen where a position is nearly whole. */
const { fround } = Math;

const clamp = (index: number, size: number) => Math.min(Math.max(index, 0), size - 1);

/** Input pixels for each output pixel. A scale factor that the user gave is used as it is. */
function pixelStep(inputSize: number, outputSize: number, scale: number, alignCorners: boolean): number {
  if (alignCorners) return outputSize > 1 ? fround((inputSize - 1) / (outputSize - 1)) : 0;
  return fround(scale > 0 ? 1 / scale : inputSize / outputSize);
}

/** The position in the input of the centre of an output pixel. */
function position(output: number, step: number, alignCorners: boolean): number {
  return alignCorners ? fround(step * output) : fround(fround(step * fround(output + 0.5)) - 0.5);
}

/** Keys' cubic kernel with a = -0.75, at distances 1 + t, t, 1 - t and 2 - t. */
function cubicWeights(t: number): number[] {
  const a = -0.75;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/** The rule of each kind of map. A kind that only readers of files need is put in by them: `weightRules.resize`. */
export const weightRules: Record<string, WeightRule> = {
  identity: () => (output, term) => term(output, 1),

  flip: (inputSize) => (output, term) => term(inputSize - 1 - output, 1),

  nearest(inputSize, outputSize, [scale]) {
    const step = pixelStep(inputSize, outputSize, scale as number, false);
    return (output, term) => term(Math.min(Math.floor(fround(output * step)), inputSize - 1), 1);
  },

  bilinear(inputSize, outputSize, [scale, alignCorners]) {
    const step = pixelStep(inputSize, outputSize, scale as number, alignCorners as boolean);
    return (output, term) => {
      const at = Math.max(position(output, step, alignCorners as boolean), 0);
      const index = Math.min(Math.floor(at), inputSize - 1);
      const t = Math.min(Math.max(fround(at - index), 0), 1);
      term(index, 1 - t);
      term(Math.min(index + 1, inputSize - 1), t);
    };
  },

  bicubic(inputSize, outputSize, [scale, alignCorners]) {
    const step = pixelStep(inputSize, outputSize, scale as number, alignCorners as boolean);
    return (output, term) => {
      const at = position(output, step, alignCorners as boolean);
      const index = Math.min(Math.floor(at), inputSize - 1);
      const t = Math.min(Math.max(fround(at - index), 0), 1);
      for (const [tap, weight] of cubicWeights(t).entries()) term(clamp(index - 1 + tap, inputSize), weight);
    };
  },

  pool(inputSize, _outputSize, [kernel, stride, padding, divisor, dilation = 1]) {
    return (output, term) => {
      const start = output * (stride as number) - (padding as number);
      const taps = Array.from({ length: kernel as number }, (_, tap) => start + tap * (dilation as number));
      const inside = taps.filter((index) => index >= 0 && index < inputSize);
      const within = () => taps.filter((index) => index < inputSize + (padding as number)).length;
      const count = divisor === "include" ? within() : divisor === "exclude" ? inside.length : (divisor as number);
      for (const index of inside) term(index, 1 / count);
    };
  },

  adaptive(inputSize, outputSize) {
    return (output, term) => {
      const first = Math.floor((output * inputSize) / outputSize);
      const end = Math.ceil(((output + 1) * inputSize) / outputSize);
      for (let index = first; index < end; index++) term(index, 1 / (end - first));
    };
  },

  reflect(inputSize, _outputSize, [before]) {
    const period = Math.max(2 * (inputSize - 1), 1);
    return (output, term) => {
      const index = Math.abs(output - (before as number)) % period;
      term(index < inputSize ? index : period - index, 1);
    };
  },

  wrap(inputSize, _outputSize, [before]) {
    return (output, term) => {
      const rest = (output - (before as number)) % inputSize;
      term(rest < 0 ? rest + inputSize : rest, 1);
    };
  },

  replicate(inputSize, _outputSize, [before]) {
    return (output, term) => term(clamp(output - (before as number), inputSize), 1);
  },
};
