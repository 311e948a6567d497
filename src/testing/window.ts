import { hull, inputRange, isOpen, type Range } from "../analysis/window.ts";
import { Generator } from "../core/generator.ts";
import { gradients } from "../core/gradient.ts";
import { dataNode, lower, type Node } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import { evaluate } from "../devices/reference/evaluate.ts";
import { add } from "../ops/index.ts";
import { leafData } from "./golden-run.ts";

/**
 * Compares, for every row and column of `root`, the recorded interval of each leaf with the rows and columns where the
 * gradient is not 0. @throws Error where the gradient reaches outside, or with `tight` where it does not fill the interval.
 */
export function checkWindow(root: Node, leaves: readonly Node[], tight: boolean): void {
  for (const leaf of leaves) {
    if (leaf.dtype !== "float32" || leaf.shape.length !== 4) continue;
    for (const axis of [0, 1] as const) {
      for (let at = 0; at < root.shape[2 + axis]!; at++) {
        const length = leaf.shape[2 + axis]!;
        const recorded = clip(interval(root, leaf, axis, [at, at]), length);
        const real = reached(root, leaf, axis, at);
        const where = `${root.op.name}, ${axis === 0 ? "row" : "column"} ${at}`;
        const wrong = `${where}: recorded interval [${recorded}], gradient reaches [${real}]`;
        if (!real) {
          if (tight && recorded && recorded[0] <= recorded[1]) throw new Error(wrong);
        } else if (!recorded || real[0] < recorded[0] || real[1] > recorded[1]) throw new Error(wrong);
        else if (tight && (real[0] !== recorded[0] || real[1] !== recorded[1])) throw new Error(wrong);
      }
    }
  }
}

const clip = (range: Range | null | undefined, length: number): [number, number] | undefined =>
  range === undefined
    ? undefined
    : range === null
      ? [0, length - 1]
      : [Math.max(0, range[0]), Math.min(length - 1, range[1])];

/** The interval of `leaf` that the interval `range` of `node` depends on; undefined: on none of it. */
function interval(node: Node, leaf: Node, axis: 0 | 1, range: Range | null): Range | null | undefined {
  if (node === leaf) return range;
  if (isOpen(node)) return interval(lower(node), leaf, axis, range);
  let union: Range | null | undefined;
  for (const [which, input] of node.inputs.entries()) {
    const deeper = interval(input, leaf, axis, range && inputRange(node, axis, which, range));
    if (deeper !== undefined) union = union === undefined ? deeper : hull(union, deeper);
  }
  return union;
}

/** First and last row (or column) of `leaf` with a gradient, for a random weighting of one row (or column) of `root`. */
function reached(root: Node, leaf: Node, axis: 0 | 1, at: number): [number, number] | undefined {
  const generator = new Generator(3);
  const [, , height, width] = root.shape as [number, number, number, number];
  const weights = Float32Array.from({ length: numel(root.shape) }, (_, index) => {
    const place = axis === 0 ? Math.floor(index / width) % height : index % width;
    return place === at ? generator.uniform() + 0.5 : 0;
  });
  const [grad] = gradients(root, dataNode(weights, root.shape), [leaf], add);
  if (!grad) return undefined;
  const [, , leafHeight, leafWidth] = leaf.shape as [number, number, number, number];
  let found: [number, number] | undefined;
  for (const [index, value] of evaluate([grad], leafData, "float64")[0]!.entries()) {
    if (value === 0) continue;
    const place = axis === 0 ? Math.floor(index / leafWidth) % leafHeight : index % leafWidth;
    found = found ? [Math.min(found[0], place), Math.max(found[1], place)] : [place, place];
  }
  return found;
}
