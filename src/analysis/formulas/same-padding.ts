import { type Formula, needExact, needWhole, type WindowOptions } from "./formula.ts";

/** Padding of one axis; `value` is what both sides take: their mean where they differ. */
export interface SidesFormula extends Formula {
  readonly before: number;
  readonly after: number;
}

/**
 * Padding on each side that keeps the size at stride 1: `D·(K − 1)/2`. An even extent needs one more behind than before, as
 * PyTorch's `padding: "same"` puts it; `value` then lies between, with a warning.
 * @throws ShapeError for numbers that are not whole.
 * @example
 * import { samePadding } from "convsmith/analysis";
 * const { before, after, trace } = samePadding(4);
 * console.log(before, after, trace); // 1 2 1·(4 − 1)/2 = 1.5
 */
export function samePadding(kernel: number, options: { readonly dilation?: number } = {}): SidesFormula {
  const { dilation = 1 } = options;
  needWhole("samePadding", { kernel, dilation }, 1);
  const total = dilation * (kernel - 1);
  needExact("samePadding", "padding", total);
  return sides(total, `${dilation}·(${kernel} − 1)/2 = ${total / 2}`, "no equal padding keeps the size");
}

/**
 * TensorFlow's SAME padding of one axis, for an output of ⌈W/S⌉: `max(0, (⌈W/S⌉ − 1)·S + F − W)` in all, the odd pixel behind.
 * It depends on the size of the input, so a network that was trained with it sees other positions than one with PyTorch's padding.
 * `output` is the size that comes out.
 * @throws ShapeError for numbers that are not whole.
 * @example
 * import { tensorflowSamePadding } from "convsmith/analysis";
 * const { before, after, trace } = tensorflowSamePadding(224, 3, { stride: 2 });
 * console.log(before, after, trace); // 0 1 (⌈224/2⌉ − 1)·2 + 3 − 224 = 1
 */
export function tensorflowSamePadding(
  input: number,
  kernel: number,
  options: Omit<WindowOptions, "padding"> = {},
): SidesFormula & { readonly output: number } {
  const { stride = 1, dilation = 1 } = options;
  needWhole("tensorflowSamePadding", { input, kernel, stride, dilation }, 1);
  const extent = dilation * (kernel - 1) + 1;
  const output = Math.ceil(input / stride);
  const wanted = (output - 1) * stride + extent - input;
  needExact("tensorflowSamePadding", "padded input", input + Math.max(0, wanted));
  const total = Math.max(0, wanted);
  const none = wanted < 0 ? ", so no padding" : "";
  const trace = `(⌈${input}/${stride}⌉ − 1)·${stride} + ${extent} − ${input} = ${wanted}${none}`;
  return { ...sides(total, trace, "PyTorch's layers pad both sides alike: put nn.ZeroPad2d in front"), output };
}

function sides(total: number, trace: string, consequence: string): SidesFormula {
  const before = Math.floor(total / 2);
  const after = total - before;
  const warning = before === after ? "" : `${before} before and ${after} behind: ${consequence}`;
  return { value: total / 2, before, after, trace, warning };
}
