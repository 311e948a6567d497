import { contiguousStrides, numel, type Shape } from "../../core/shape.ts";

/**
 * The strides that show a tensor of `shape` and `strides` as `target` without moving an element, or null where there are
 * none. Axes that lie one after the other in memory form a run; each run can be cut anew, and no axis can span two runs.
 */
export function reshapedStrides(shape: Shape, strides: readonly number[], target: Shape): number[] | null {
  if (numel(shape) <= 1) return contiguousStrides(target);
  const result = new Array<number>(target.length).fill(0);
  let out = target.length - 1;
  let axis = shape.length - 1;
  while (axis >= 0) {
    if (shape[axis] === 1) {
      axis--;
      continue;
    }
    let step = strides[axis]!;
    let run = shape[axis]!;
    for (axis--; axis >= 0; axis--) {
      if (shape[axis] === 1) continue;
      if (strides[axis] !== step * run) break;
      run *= shape[axis]!;
    }
    while (out >= 0 && run > 1) {
      const size = target[out]!;
      if (run % size !== 0) return null;
      result[out--] = step;
      step *= size;
      run /= size;
    }
    if (run > 1) return null;
  }
  // What is left has size 1.
  for (; out >= 0; out--) result[out] = 0;
  return result;
}
