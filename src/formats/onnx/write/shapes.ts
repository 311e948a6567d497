import type { Shape } from "../../../core/shape.ts";
import type { SizedTensor, Surroundings } from "./call.ts";

/** Axes `start` to `end` of a tensor. */
interface Run {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** These are all that it has. */
  readonly whole: boolean;
}

/**
 * A shape as a tensor of whole numbers: known sizes, and sizes that vary with the network's input, which are read off
 * tensors that have them. `shapes` has one for each record. Null where no tensor has a size of it.
 */
export function writeShape({ graph, tensors }: Surroundings, shapes: readonly Shape[], label: string): string | null {
  const pieces: (number[] | Run)[] = [];
  const { length } = shapes[0]!;
  for (let axis = 0; axis < length; ) {
    const size = shapes[0]![axis]!;
    if (shapes.every((shape) => shape[axis] === size)) {
      const last = pieces.at(-1);
      if (Array.isArray(last)) last.push(size);
      else pieces.push([size]);
      axis++;
      continue;
    }
    const run = longestRun(tensors, shapes, axis);
    if (!run) return null;
    pieces.push(run);
    axis += run.end - run.start;
  }
  const parts = pieces.map((piece) => {
    if (Array.isArray(piece)) return graph.constant({ kind: "int", shape: [piece.length], numbers: piece }, label);
    const { name, start, end, whole } = piece;
    return graph.share("Shape", [name], whole ? {} : { start, end }, label);
  });
  return parts.length === 1 ? parts[0]! : graph.share("Concat", parts, { axis: 0 }, label);
}

/** Of sizes of one tensor, one after the other, that are those of the shape from `axis` on; the latest of equally long. */
function longestRun(tensors: readonly SizedTensor[], shapes: readonly Shape[], axis: number): Run | null {
  let best: Run | null = null;
  for (const { name, shapes: own } of tensors) {
    for (let start = 0; start < own[0]!.length; start++) {
      let end = start;
      while (end < own[0]!.length && own.every((each, which) => each[end] === shapes[which]![axis + end - start]))
        end++;
      if (end > start && (!best || end - start >= best.end - best.start)) {
        best = { name, start, end, whole: start === 0 && end === own[0]!.length };
      }
    }
  }
  return best;
}
