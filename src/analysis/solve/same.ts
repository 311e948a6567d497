import { ShapeError } from "../../core/errors.ts";
import { needExact, needWhole } from "../formulas/formula.ts";

/** Padding of one axis that gives ⌈W/S⌉ outputs. */
export interface SameAnswer {
  readonly before: number;
  readonly after: number;
  /** Both sides alike: a layer's own `padding`. Otherwise nn.ZeroPad2d in front. */
  readonly symmetric: boolean;
  /** Widths for which it holds: W mod stride. All of 0 to stride − 1 where it holds for every width. */
  readonly remainders: readonly number[];
}

/** An answer lists one width of each remainder. */
const largestStride = 64;

/**
 * Paddings that keep the size, or with a stride give ⌈W/S⌉: those that hold for every width first, then equal sides, then the least
 * padding. An even kernel has none with equal sides that holds for every width.
 * @throws ShapeError for numbers that are not whole.
 * @example
 * import { solveSame } from "convsmith/analysis";
 * console.log(solveSame(5)); // [{ before: 2, after: 2, symmetric: true, remainders: [0] }]
 */
export function solveSame(
  kernel: number,
  options: { readonly stride?: number; readonly dilation?: number } = {},
): SameAnswer[] {
  const { stride = 1, dilation = 1 } = options;
  needWhole("solveSame", { kernel, stride, dilation }, 1);
  if (stride > largestStride) {
    const advice = `The nearest is ${largestStride}`;
    throw new ShapeError("solveSame", `needs a stride of at most ${largestStride}`, { stride }, advice);
  }
  const reach = dilation * (kernel - 1);
  needExact("solveSame", "padding", reach);
  // With T pixels of padding, W = q·S + r for r from 1 to S gives ⌈W/S⌉ = q + 1 where 0 ≤ r − F + T < S.
  const answers: SameAnswer[] = [];
  for (let total = Math.max(0, reach + 1 - stride); total <= reach + stride - 1; total++) {
    const remainders: number[] = [];
    for (let r = 1; r <= stride; r++)
      if (r - 1 - reach + total >= 0 && r - 1 - reach + total < stride) remainders.push(r % stride);
    const before = Math.floor(total / 2);
    const symmetric = total % 2 === 0;
    remainders.sort((a, b) => a - b);
    if (remainders.length > 0) answers.push({ before, after: total - before, symmetric, remainders });
  }
  return answers.sort(
    (a, b) =>
      b.remainders.length - a.remainders.length ||
      Number(b.symmetric) - Number(a.symmetric) ||
      a.before + a.after - b.before - b.after,
  );
}
