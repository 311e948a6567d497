import type { NumericArray } from "../../core/op.ts";

/** How the windows of a pool lie: [along height, along width] each. */
export interface MeanWindows {
  readonly planes: number;
  readonly size: readonly [number, number];
  /** First and last input, inclusive, of each output along height and along width: not clipped. */
  readonly intervals: readonly [readonly Span[], readonly Span[]];
  /** What the sum of a window is divided by. */
  readonly divisor: (rows: Span, columns: Span) => number;
}

export type Span = readonly [first: number, last: number];

/** Means as the usual count of a pool has them: each window summed once, and divided once. Outside of the input is nothing. */
export function windowMeans(x: NumericArray, { planes, size, intervals, divisor }: MeanWindows): NumericArray {
  const [height, width] = size;
  const means = new Float64Array(planes * intervals[0].length * intervals[1].length);
  let at = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (const rows of intervals[0]) {
      for (const columns of intervals[1]) {
        let sum = 0;
        for (let y = Math.max(0, rows[0]); y <= Math.min(height - 1, rows[1]); y++) {
          for (let column = Math.max(0, columns[0]); column <= Math.min(width - 1, columns[1]); column++) {
            sum += x[(plane * height + y) * width + column]!;
          }
        }
        means[at++] = sum / divisor(rows, columns);
      }
    }
  }
  return means;
}
