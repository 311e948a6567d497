import { ShapeError } from "../core/errors.ts";

/** A figure, and how it comes about with the numbers put in. */
export interface Formula {
  readonly value: number;
  /** "⌊(32 − 5 + 2·0)/1⌋ + 1 = 28" */
  readonly trace: string;
  /** What may surprise about this figure, "" where nothing does. */
  readonly warning: string;
}

/** Numbers of one axis. */
export interface WindowOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
}

/**
 * Output size of a convolution along one axis: `⌊(W − F + 2P)/S⌋ + 1`, where a dilated kernel has the extent F = D·(K − 1) + 1.
 * Warns where (W − F + 2P) is no multiple of S: the last pixels are dropped then.
 * @throws ShapeError for numbers that are not whole, and where the kernel is larger than the padded input.
 * @example
 * import { convOutputSize } from "convsmith/analysis";
 * console.log(convOutputSize(32, 3, { stride: 2, padding: 1 }).trace); // ⌊(32 − 3 + 2·1)/2⌋ + 1 = 16
 */
export function convOutputSize(input: number, kernel: number, options: WindowOptions = {}): Formula {
  return windows("convOutputSize", input, kernel, options, false);
}

/** Output size of a pooling: as of a convolution, whose stride is the kernel unless given. `ceilMode` keeps a last window that hangs over the end. @throws ShapeError */
export function poolOutputSize(
  input: number,
  kernel: number,
  options: WindowOptions & { readonly ceilMode?: boolean } = {},
): Formula {
  const { ceilMode = false, ...rest } = options;
  const { padding = 0 } = options;
  if (padding > kernel / 2) {
    throw new ShapeError("poolOutputSize", "needs padding of at most half the kernel", { padding, kernel });
  }
  return windows("poolOutputSize", input, kernel, { stride: kernel, ...rest }, ceilMode);
}

function windows(name: string, input: number, kernel: number, options: WindowOptions, ceilMode: boolean): Formula {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  needWhole(name, { input, kernel, stride, dilation }, 1);
  needWhole(name, { padding }, 0);
  const extent = dilation * (kernel - 1) + 1;
  const room = input - extent + 2 * padding;
  if (room < 0) {
    const advice = `The input needs at least ${extent - 2 * padding}, or the padding at least ${Math.ceil((extent - input) / 2)}`;
    throw new ShapeError(
      name,
      "needs an input at least as large as its kernel",
      { input, kernel: extent, padding },
      advice,
    );
  }
  const rest = room % stride;
  const [open, close] = ceilMode ? ["⌈", "⌉"] : ["⌊", "⌋"];
  const size = dilation === 1 ? `${kernel}` : `(${dilation}·(${kernel} − 1) + 1)`;
  let value = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  let trace = `${open}(${input} − ${size} + 2·${padding})/${stride}${close} + 1 = ${value}`;
  let warning = "";
  if (ceilMode && (value - 1) * stride >= input + padding) {
    trace += `, less 1 for the window that would begin in the right padding = ${--value}`;
  } else if (rest > 0 && !ceilMode) {
    const left = `(${input} − ${extent} + 2·${padding}) mod ${stride} = ${rest}`;
    warning = `${left}: the last ${rest === 1 ? "pixel of the padded input is" : `${rest} pixels of the padded input are`} dropped`;
  }
  return { value, trace, warning };
}

/** Output size of a transposed convolution along one axis: `(W − 1)·S − 2P + D·(K − 1) + outputPadding + 1`. @throws ShapeError */
export function convTransposeOutputSize(
  input: number,
  kernel: number,
  options: WindowOptions & { readonly outputPadding?: number } = {},
): Formula {
  const { stride = 1, padding = 0, dilation = 1, outputPadding = 0 } = options;
  needWhole("convTransposeOutputSize", { input, kernel, stride, dilation }, 1);
  needWhole("convTransposeOutputSize", { padding, outputPadding }, 0);
  if (outputPadding >= Math.max(stride, dilation)) {
    throw new ShapeError("convTransposeOutputSize", "needs outputPadding below stride or dilation", {
      outputPadding,
      stride,
      dilation,
    });
  }
  const value = (input - 1) * stride - 2 * padding + dilation * (kernel - 1) + outputPadding + 1;
  if (value < 1) {
    throw new ShapeError("convTransposeOutputSize", "needs an output of at least 1", { output: value, input, padding });
  }
  const trace = `(${input} − 1)·${stride} − 2·${padding} + ${dilation}·(${kernel} − 1) + ${outputPadding} + 1 = ${value}`;
  const uneven = kernel % stride !== 0 && kernel > stride;
  const warning = uneven
    ? `the kernel ${kernel} is no multiple of the stride ${stride}: outputs sum different numbers of products, which shows as a checkerboard`
    : "";
  return { value, trace, warning };
}

/** Padding on each side that keeps the size at stride 1: D·(K − 1)/2. Warns for an even extent, which needs one more on one side. @throws ShapeError */
export function samePadding(kernel: number, options: { readonly dilation?: number } = {}): Formula {
  const { dilation = 1 } = options;
  needWhole("samePadding", { kernel, dilation }, 1);
  const value = (dilation * (kernel - 1)) / 2;
  const warning = Number.isInteger(value)
    ? ""
    : `${Math.floor(value)} before and ${Math.ceil(value)} behind: no equal padding keeps the size`;
  return { value, trace: `${dilation}·(${kernel} − 1)/2 = ${value}`, warning };
}

export interface LayerOptions {
  readonly bias?: boolean;
  readonly groups?: number;
}

type KernelSize = number | readonly [height: number, width: number];

/** Parameters of a convolution: `Co·(Ci/groups·kh·kw + 1)`, without the 1 where there is no bias. @throws ShapeError */
export function convParameters(
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  options: LayerOptions = {},
): Formula {
  const { bias = true } = options;
  const { terms, text } = convTerms("convParameters", inChannels, outChannels, kernel, options);
  const value = outChannels * (terms + (bias ? 1 : 0));
  return { value, trace: `${outChannels}·(${text}${bias ? " + 1" : ""}) = ${value}`, warning: "" };
}

/** Parameters of a linear layer: `I·O + O`. @throws ShapeError */
export function linearParameters(
  inFeatures: number,
  outFeatures: number,
  options: Pick<LayerOptions, "bias"> = {},
): Formula {
  const { bias = true } = options;
  needWhole("linearParameters", { inFeatures, outFeatures }, 1);
  const value = inFeatures * outFeatures + (bias ? outFeatures : 0);
  return { value, trace: `${inFeatures}·${outFeatures}${bias ? ` + ${outFeatures}` : ""} = ${value}`, warning: "" };
}

/**
 * FLOPs of a convolution for an output of [height, width]: `[n + (n − 1) + 1]·Co·H·W` with n = Ci/groups·kh·kw: the
 * multiplications, the additions between them, and the bias. @throws ShapeError
 */
export function convFlops(
  inChannels: number,
  outChannels: number,
  kernel: KernelSize,
  output: readonly [height: number, width: number],
  options: LayerOptions = {},
): Formula {
  const [height, width] = output;
  needWhole("convFlops", { height, width }, 1);
  const { terms, text } = convTerms("convFlops", inChannels, outChannels, kernel, options);
  return flops(terms, text, options, [outChannels, height, width]);
}

/** FLOPs of a linear layer for one input: `[I + (I − 1) + 1]·O`. @throws ShapeError */
export function linearFlops(
  inFeatures: number,
  outFeatures: number,
  options: Pick<LayerOptions, "bias"> = {},
): Formula {
  needWhole("linearFlops", { inFeatures, outFeatures }, 1);
  return flops(inFeatures, `${inFeatures}`, options, [outFeatures]);
}

function flops(terms: number, text: string, { bias = true }: LayerOptions, sizes: readonly number[]): Formula {
  const each = terms + (terms - 1) + (bias ? 1 : 0);
  const value = sizes.reduce((product, size) => product * size, each);
  const parts = text === `${terms}` ? `${terms} + (${terms} − 1)` : `(${text}) + (${text} − 1)`;
  return { value, trace: `[${parts}${bias ? " + 1" : ""}]·${sizes.join("·")} = ${value}`, warning: "" };
}

function convTerms(name: string, inChannels: number, outChannels: number, kernel: KernelSize, options: LayerOptions) {
  const { groups = 1 } = options;
  const [height, width] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  needWhole(name, { inChannels, outChannels, kernelHeight: height, kernelWidth: width, groups }, 1);
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new ShapeError(name, "needs groups that divide both numbers of channels", {
      groups,
      inChannels,
      outChannels,
    });
  }
  const channels = groups === 1 ? `${inChannels}` : `${inChannels}/${groups}`;
  return { terms: (inChannels / groups) * height * width, text: `${channels}·${width}·${height}` };
}

/** What a layer sees of the input: `size` pixels, and `stride` from one position to the next. The input itself: 1 and 1. */
export interface FieldState {
  readonly size: number;
  readonly stride: number;
}

/**
 * The receptive field behind one more layer: `RF + (K − 1)·D·S`, S the product of the strides before it; `next` goes on
 * from there. @throws ShapeError
 * @example
 * import { receptiveFieldStep } from "convsmith/analysis";
 * const first = receptiveFieldStep({ size: 1, stride: 1 }, 5, { stride: 2 });
 * console.log(receptiveFieldStep(first.next, 3).trace); // 5 + (3 − 1)·1·2 = 9
 */
export function receptiveFieldStep(
  before: FieldState,
  kernel: number,
  options: Omit<WindowOptions, "padding"> = {},
): Formula & { readonly next: FieldState } {
  const { stride = 1, dilation = 1 } = options;
  needWhole("receptiveFieldStep", { kernel, stride, dilation }, 1);
  const value = before.size + (kernel - 1) * dilation * before.stride;
  const trace = `${before.size} + (${kernel} − 1)·${dilation}·${before.stride} = ${value}`;
  return { value, trace, warning: "", next: { size: value, stride: before.stride * stride } };
}

function needWhole(name: string, values: Readonly<Record<string, number>>, least: number): void {
  for (const [what, value] of Object.entries(values)) {
    if (!Number.isInteger(value) || value < least) {
      throw new ShapeError(name, `needs ${what} to be a whole number from ${least}`, { [what]: value });
    }
  }
}
