/** Tells one term: `weight` times the input at `index`. */
export type Term = (index: number, weight: number) => void;

/** Tells the terms of an output, none before one of a lower index. */
export type AxisRule = (output: number, term: Term) => void;

export type WeightRule = (
  inputSize: number,
  outputSize: number,
  numbers: readonly (number | string | boolean)[],
) => AxisRule;

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

/** Each output is one input. */
const copy =
  (indexOf: (output: number) => number): AxisRule =>
  (output, term) =>
    term(indexOf(output), 1);

/** The rule of each kind of map. A kind that only readers of files need is put in by them: `weightRules.resize`. */
export const weightRules: Record<string, WeightRule> = {
  identity: () => copy((output) => output),

  flip: (inputSize) => copy((output) => inputSize - 1 - output),

  nearest(inputSize, outputSize, [scale]) {
    const step = pixelStep(inputSize, outputSize, scale as number, false);
    return copy((output) => Math.min(Math.floor(fround(output * step)), inputSize - 1));
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
      const weights = cubicWeights(t);
      for (let tap = 0; tap < 4; tap++) term(clamp(index - 1 + tap, inputSize), weights[tap]!);
    };
  },

  pool(inputSize, _outputSize, numbers) {
    const [kernel, stride, padding, divisor, dilation = 1] = numbers as [
      number,
      number,
      number,
      number | string,
      number?,
    ];
    return (output, term) => {
      const start = output * stride - padding;
      const before = (end: number) => Math.min(Math.max(Math.ceil((end - start) / dilation), 0), kernel);
      const [from, to] = [before(0), before(inputSize)];
      const within = divisor === "include" ? before(inputSize + padding) : to - from;
      const weight = 1 / (typeof divisor === "number" ? divisor : within);
      for (let tap = from; tap < to; tap++) term(start + tap * dilation, weight);
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
    return copy((output) => {
      const index = Math.abs(output - (before as number)) % period;
      return index < inputSize ? index : period - index;
    });
  },

  wrap(inputSize, _outputSize, [before]) {
    return copy((output) => {
      const rest = (output - (before as number)) % inputSize;
      return rest < 0 ? rest + inputSize : rest;
    });
  },

  replicate: (inputSize, _outputSize, [before]) => copy((output) => clamp(output - (before as number), inputSize)),
};
