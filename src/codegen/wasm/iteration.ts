import type { Shape } from "../../core/shape.ts";

/** The strides of one operand along the axes of an iteration shape, in elements: 0 where it is repeated. */
export type Strides = readonly number[];

/** Axes to walk, outermost first, and for each operand its stride along every one. */
export interface Iteration {
  readonly sizes: readonly number[];
  readonly strides: readonly Strides[];
}

/**
 * The same walk over fewer axes: those of size 1 go, the rest are sorted by the first operand's strides (largest
 * first), and neighbours that are one axis for every operand become one.
 */
export function mergeAxes(shape: Shape, strides: readonly Strides[]): Iteration {
  const lead = strides[0] ?? shape.map(() => 0);
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  axes.sort((a, b) => Math.abs(lead[b]!) - Math.abs(lead[a]!) || a - b);
  const sizes: number[] = [];
  const merged: number[][] = strides.map(() => []);
  for (const axis of axes) {
    const size = shape[axis]!;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((each, which) => merged[which]![last] === each[axis]! * size)) {
      sizes[last]! *= size;
      for (const [which, each] of strides.entries()) merged[which]![last] = each[axis]!;
    } else {
      sizes.push(size);
      for (const [which, each] of strides.entries()) merged[which]!.push(each[axis]!);
    }
  }
  return { sizes, strides: merged };
}

/** The iteration with one axis moved to the innermost place. */
export function moveInnermost(iteration: Iteration, axis: number): Iteration {
  const move = (list: readonly number[]) => [...list.slice(0, axis), ...list.slice(axis + 1), list[axis]!];
  return { sizes: move(iteration.sizes), strides: iteration.strides.map(move) };
}

/**
 * What to add to an operand's position when an axis counts up and all axes inside it go back to 0, for each axis.
 */
export function carries(sizes: readonly number[], strides: Strides): number[] {
  let inside = 0;
  const result = new Array<number>(sizes.length);
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    result[axis] = strides[axis]! - inside;
    inside += (sizes[axis]! - 1) * strides[axis]!;
  }
  return result;
}
