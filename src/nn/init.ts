import { numel, type Shape } from "../core/shape.ts";
import { drawNormal, drawUniform } from "../tensor/index.ts";

/** Makes the numbers of a tensor, the same at every call: its place in the random stream was taken when it was created. */
export type Initializer = () => Float32Array;

/** All elements are `value`. */
export function constant(shape: Shape, value: number): Initializer {
  return () => new Float32Array(numel(shape)).fill(value);
}

export const zeros = (shape: Shape): Initializer => constant(shape, 0);
export const ones = (shape: Shape): Initializer => constant(shape, 1);

/**
 * Uniform in [low, high).
 * @example
 * import { nn } from "convsmith";
 * const numbers = nn.init.uniform([2, 3], -1, 1);
 * console.log(numbers().length); // 6
 */
export function uniform(shape: Shape, low = 0, high = 1): Initializer {
  const draw = drawUniform(numel(shape));
  return () => draw().map((number) => low + (high - low) * number);
}

/** Normal with this mean and standard deviation. */
export function normal(shape: Shape, mean = 0, std = 1): Initializer {
  const draw = drawNormal(numel(shape));
  return () => draw().map((number) => mean + std * number);
}

/** How many inputs an output sums, and the reverse: weight.shape[1] and weight.shape[0] times the kernel's size, as PyTorch counts for every layer. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const receptive = numel(shape.slice(2));
  return { fanIn: (shape[1] ?? 1) * receptive, fanOut: shape[0]! * receptive };
}

export interface KaimingOptions {
  /** The negative slope of the leaky ReLU behind the layer. Default 0: ReLU. */
  readonly a?: number;
  readonly mode?: "fanIn" | "fanOut";
}

const kaimingStd = (shape: Shape, { a = 0, mode = "fanIn" }: KaimingOptions) =>
  Math.sqrt(2 / (1 + a * a)) / Math.sqrt(fans(shape)[mode]);

/** Uniform in ±√3·gain/√fan with gain √(2/(1 + a²)) (He et al., "Delving deep into rectifiers", 2015). */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Initializer {
  const bound = Math.sqrt(3) * kaimingStd(shape, options);
  return uniform(shape, -bound, bound);
}

/** Normal with standard deviation gain/√fan: see kaimingUniform. */
export function kaimingNormal(shape: Shape, options: KaimingOptions = {}): Initializer {
  return normal(shape, 0, kaimingStd(shape, options));
}

const xavierStd = (shape: Shape, gain: number) => {
  const { fanIn, fanOut } = fans(shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
};

/** Uniform with variance gain²·2/(fanIn + fanOut) (Glorot and Bengio, 2010). */
export function xavierUniform(shape: Shape, gain = 1): Initializer {
  const bound = Math.sqrt(3) * xavierStd(shape, gain);
  return uniform(shape, -bound, bound);
}

/** Normal with variance gain²·2/(fanIn + fanOut). */
export function xavierNormal(shape: Shape, gain = 1): Initializer {
  return normal(shape, 0, xavierStd(shape, gain));
}

/** What Conv2d, ConvTranspose2d and Linear start from: kaimingUniform with a = √5 for the weight, ±1/√fanIn for the bias. */
export function layerDefaults(weight: Shape, outputs: number): { weight: Initializer; bias: Initializer } {
  const bound = 1 / Math.sqrt(fans(weight).fanIn);
  return { weight: kaimingUniform(weight, { a: Math.sqrt(5) }), bias: uniform([outputs], -bound, bound) };
}
