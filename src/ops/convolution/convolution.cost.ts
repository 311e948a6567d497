import type { CostRule } from "../../core/op.ts";
import { numel, type TensorType } from "../../core/shape.ts";
import { paddedPart, type TapGeometry, tapsInside } from "../taps.ts";
import type { ConvTransposeAttributes } from "./conv-transpose2d.ts";
import type { ConvolutionAttributes } from "./geometry.ts";
import type { WeightGradientAttributes } from "./weight-gradient.ts";

export const conv2dCost: CostRule = ([input, weight, bias], output, attributes) => {
  const outputs = numel(output.shape);
  const terms = numel(weight!.shape.slice(1));
  const nominal = { multiplications: terms * outputs, additions: Math.max(0, terms - 1) * outputs };
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    tapsInside(
      tapGeometry(attributes as ConvolutionAttributes, axis, output.shape[axis + 2]!, weight!.shape[axis + 2]!),
      input!.shape[axis + 2]!,
    ),
  );
  const planes = output.shape[0]! * output.shape[1]!;
  const products = planes * weight!.shape[1]! * rows!.pairs * columns!.pairs;
  const sums = products === 0 ? 0 : planes * rows!.windows * columns!.windows;
  return {
    ...nominal,
    biasAdditions: bias ? outputs : 0,
    other: {},
    ...paddedPart(nominal, { multiplications: products, additions: products - sums }),
  };
};

export const convTranspose2dCost: CostRule = (inputs, output, attributes) => {
  const [input, weight, bias] = inputs as [TensorType, TensorType, TensorType?];
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    axisProducts(
      tapGeometry(attributes as ConvTransposeAttributes, axis, input.shape[axis + 2]!, weight.shape[axis + 2]!),
      output.shape[axis + 2]!,
    ),
  );
  const [batch, channels] = output.shape as [number, number];
  const arithmetic = (which: "all" | "kept") => {
    const products = batch * input.shape[1]! * weight.shape[1]! * rows![which].pairs * columns![which].pairs;
    const sums = products === 0 ? 0 : batch * channels * rows![which].outputs * columns![which].outputs;
    return { multiplications: products, additions: products - sums };
  };
  const nominal = arithmetic("all");
  return {
    ...nominal,
    biasAdditions: bias ? numel(output.shape) : 0,
    other: {},
    ...paddedPart(nominal, arithmetic("kept")),
  };
};

export const conv2dWeightGradientCost: CostRule = ([input, gradOutput], output, attributes) => {
  const [batch, , height, width] = gradOutput!.shape as [number, number, number, number];
  const weights = numel(output.shape);
  const terms = batch * height * width;
  const nominal = { multiplications: weights * terms, additions: weights * Math.max(0, terms - 1) };
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    // Each weight is a window here, and each element of gradOutput a tap.
    const { padding, stride, dilation } = attributes as WeightGradientAttributes;
    const own = { stride: dilation[axis], dilation: stride[axis], padding: padding[axis] };
    const sizes = { windows: output.shape[axis + 2]!, taps: gradOutput!.shape[axis + 2]! };
    return tapsInside({ ...own, ...sizes }, input!.shape[axis + 2]!);
  });
  const planes = output.shape[0]! * output.shape[1]!;
  const products = planes * batch * rows!.pairs * columns!.pairs;
  const sums = products === 0 ? 0 : planes * rows!.windows * columns!.windows;
  return {
    ...nominal,
    biasAdditions: 0,
    other: {},
    ...paddedPart(nominal, { multiplications: products, additions: products - sums }),
  };
};

/** The windows of a convolution along one axis. */
function tapGeometry(
  { stride, padding, dilation }: ConvolutionAttributes,
  axis: 0 | 1,
  windows: number,
  taps: number,
): TapGeometry {
  return { windows, taps, stride: stride[axis], dilation: dilation[axis], padding: padding[axis] };
}

/** Pairs of an input and a tap along one axis, and the positions that they land on. */
interface Products {
  readonly pairs: number;
  readonly outputs: number;
}

/** All of them, and those that the padding leaves: an input is a window over the output, which has `size` positions. */
function axisProducts(geometry: TapGeometry, size: number): { readonly all: Products; readonly kept: Products } {
  const { windows, taps } = geometry;
  const { all, kept } = reached(geometry, size);
  return {
    all: { pairs: windows * taps, outputs: all },
    kept: { pairs: tapsInside(geometry, size).pairs, outputs: kept },
  };
}

/** The places that inputs land on through their taps, each once, and how many of them are among the `size` of the output. */
function reached(geometry: TapGeometry, size: number): { readonly all: number; readonly kept: number } {
  const { stride, dilation, padding, windows, taps } = geometry;
  // Inputs and taps may change places: those that are fewer are gone through, each with a row of the others.
  const byTaps = taps < windows;
  const [rows, distance, count, step] = byTaps ? [taps, dilation, windows, stride] : [windows, stride, taps, dilation];
  // Places that are whole steps apart lie on one line.
  const ends = new Map<number, number>();
  const found = { all: 0, kept: 0 };
  for (let row = 0; row < rows && count > 0; row++) {
    const start = row * distance;
    const line = start % step;
    const first = Math.max((start - line) / step, ends.get(line) ?? 0);
    const end = (start - line) / step + count;
    ends.set(line, end);
    // Each row lies behind the one before it: what that one has is not counted again.
    const [from, to] = [Math.ceil((padding - line) / step), Math.ceil((padding + size - line) / step)];
    found.all += Math.max(0, end - first);
    found.kept += Math.max(0, Math.min(end, to) - Math.max(first, from));
  }
  return found;
}
