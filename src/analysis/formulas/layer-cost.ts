import { ShapeError } from "../../core/errors.ts";
import { type Formula, needExact, needWhole } from "./formula.ts";

export interface LayerOptions {
  readonly bias?: boolean;
  readonly groups?: number;
}

export type KernelSize = number | readonly [height: number, width: number];
export type Plane = readonly [height: number, width: number];

/**
 * Parameters of a convolution: `Co·(Ci/groups·kh·kw + 1)`, without the 1 where there is no bias. A transposed convolution has as many.
 * @throws ShapeError for numbers that are not whole, and groups that don't divide the channels.
 * @example
 * import { convParameters } from "convsmith/analysis";
 * console.log(convParameters(1, 64, 5).trace); // 64·(1·5·5 + 1) = 1664
 */
export function convParameters(
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  options: LayerOptions = {},
): Formula {
  const { bias = true } = options;
  const { terms, text } = convTerms("convParameters", inChannels, outChannels, kernel, options);
  return product("convParameters", `(${text}${bias ? " + 1" : ""})`, terms + (bias ? 1 : 0), [outChannels]);
}

/**
 * Parameters of a linear layer: `I·O + O`, without the second O where there is no bias.
 * @throws ShapeError for numbers that are not whole.
 * @example
 * import { linearParameters } from "convsmith/analysis";
 * console.log(linearParameters(4096, 1000).trace); // 4096·1000 + 1000 = 4097000
 */
export function linearParameters(
  inFeatures: number,
  outFeatures: number,
  options: Pick<LayerOptions, "bias"> = {},
): Formula {
  const { bias = true } = options;
  needWhole("linearParameters", { inFeatures, outFeatures }, 1);
  const value = inFeatures * outFeatures + (bias ? outFeatures : 0);
  needExact("linearParameters", "result", value);
  return { value, trace: `${inFeatures}·${outFeatures}${bias ? ` + ${outFeatures}` : ""} = ${value}`, warning: "" };
}

/**
 * Multiply-accumulates of a convolution for one picture, whose output is [height, width]: `Co·(Ci/groups·kh·kw)·H·W`.
 * @throws ShapeError as convParameters.
 * @example
 * import { convMacs } from "convsmith/analysis";
 * console.log(convMacs(3, 8, 3, [30, 30]).trace); // 8·(3·3·3)·30·30 = 194400
 */
export function convMacs(
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  output: Plane,
  options: Pick<LayerOptions, "groups"> = {},
): Formula {
  const [height, width] = output;
  needWhole("convMacs", { height, width }, 1);
  const { terms, text } = convTerms("convMacs", inChannels, outChannels, kernel, options);
  return product("convMacs", `(${text})`, terms, [outChannels], [height, width]);
}

/**
 * FLOPs of a convolution for one picture, whose output is [height, width]: `[n + (n − 1) + 1]·Co·H·W` with n = Ci/groups·kh·kw:
 * the multiplications, the additions between them, and the bias.
 * @throws ShapeError as convParameters.
 * @example
 * import { convFlops } from "convsmith/analysis";
 * console.log(convFlops(3, 8, 3, [30, 30]).trace); // [(3·3·3) + (3·3·3 − 1) + 1]·8·30·30 = 388800
 */
export function convFlops(
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  output: Plane,
  options: LayerOptions = {},
): Formula {
  const [height, width] = output;
  needWhole("convFlops", { height, width }, 1);
  const { terms, text } = convTerms("convFlops", inChannels, outChannels, kernel, options);
  return flops("convFlops", terms, text, options, [outChannels, height, width]);
}

/**
 * Multiply-accumulates of a linear layer for one input: `I·O`.
 * @throws ShapeError for numbers that are not whole.
 * @example
 * import { linearMacs } from "convsmith/analysis";
 * console.log(linearMacs(4096, 1000).trace); // 4096·1000 = 4096000
 */
export function linearMacs(inFeatures: number, outFeatures: number): Formula {
  needWhole("linearMacs", { inFeatures, outFeatures }, 1);
  return product("linearMacs", `${inFeatures}`, inFeatures, [], [outFeatures]);
}

/**
 * FLOPs of a linear layer for one input: `[I + (I − 1) + 1]·O`, without the last 1 where there is no bias.
 * @throws ShapeError for numbers that are not whole.
 * @example
 * import { linearFlops } from "convsmith/analysis";
 * console.log(linearFlops(10, 3).trace); // [10 + (10 − 1) + 1]·3 = 60
 */
export function linearFlops(
  inFeatures: number,
  outFeatures: number,
  options: Pick<LayerOptions, "bias"> = {},
): Formula {
  needWhole("linearFlops", { inFeatures, outFeatures }, 1);
  return flops("linearFlops", inFeatures, `${inFeatures}`, options, [outFeatures]);
}

function flops(name: string, terms: number, text: string, { bias = true }: LayerOptions, sizes: readonly number[]) {
  const each = terms + (terms - 1) + (bias ? 1 : 0);
  const parts = text === `${terms}` ? `${terms} + (${terms} − 1)` : `(${text}) + (${text} − 1)`;
  return product(name, `[${parts}${bias ? " + 1" : ""}]`, each, [], sizes);
}

/** The factors before and behind `text`, whose value is `each`. */
function product(
  name: string,
  text: string,
  each: number,
  before: readonly number[],
  behind: readonly number[] = [],
): Formula {
  const value = [...before, ...behind].reduce((result, size) => result * size, each);
  needExact(name, "result", value);
  return { value, trace: `${[...before, text, ...behind].join("·")} = ${value}`, warning: "" };
}

export function convTerms(
  name: string,
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  { groups = 1 }: Pick<LayerOptions, "groups">,
): { readonly terms: number; readonly text: string } {
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  needWhole(name, { inChannels, outChannels, kernelHeight: height, kernelWidth: width, groups }, 1);
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    const got = { groups, inChannels, outChannels };
    const advice = `The nearest is ${nearestDivisor(groups, inChannels, outChannels)}`;
    throw new ShapeError(name, "needs groups that divide both numbers of channels", got, advice);
  }
  const channels = groups === 1 ? `${inChannels}` : `${inChannels}/${groups}`;
  return { terms: (inChannels / groups) * height * width, text: `${channels}·${width}·${height}` };
}

function nearestDivisor(wanted: number, a: number, b: number): number {
  const fits = (each: number) => each >= 1 && a % each === 0 && b % each === 0;
  // 1 divides everything, so that this ends.
  let distance = 1;
  while (!fits(wanted - distance) && !fits(wanted + distance)) distance = Math.min(distance + 1, wanted - 1);
  return fits(wanted - distance) ? wanted - distance : wanted + distance;
}
