import type { Shape } from "../../../core/shape.ts";
import type { SizedTensor, Surroundings } from "./call.ts";

/** Part of a shape: a known size, or axes of a tensor from one to another. */
type Piece = number | { readonly tensor: SizedTensor; readonly start: number; end: number };

/**
 * A shape as a tensor of whole numbers: known sizes, and sizes that vary with the network's input, which are read off
 * tensors that have them. `shapes` has one for each record. Null where no tensor has a size of it.
 */
export function writeShape({ graph, tensors }: Surroundings, shapes: readonly Shape[], label: string): string | null {
  const pieces: Piece[] = [];
  for (const [axis, size] of shapes[0]!.entries()) {
    const sizes = shapes.map((shape) => shape[axis]!);
    if (sizes.every((each) => each === size)) {
      pieces.push(size);
      continue;
    }
    const last = pieces.at(-1);
    if (typeof last === "object" && has(last.tensor, last.end, sizes)) {
      last.end++;
      continue;
    }
    // At the same place of the shape where there is one: sizes behind it are then often those of the same tensor.
    const found =
      tensors.findLast((tensor) => has(tensor, axis, sizes)) ??
      tensors.findLast((tensor) => tensor.shapes[0]!.some((_, each) => has(tensor, each, sizes)));
    if (!found) return null;
    const at = has(found, axis, sizes) ? axis : found.shapes[0]!.findIndex((_, each) => has(found, each, sizes));
    pieces.push({ tensor: found, start: at, end: at + 1 });
  }
  const parts = merged(pieces).map((piece) => {
    if (Array.isArray(piece)) {
      return graph.constant({ kind: "int", shape: [piece.length], numbers: piece }, label);
    }
    const { tensor, start, end } = piece;
    const whole = start === 0 && end === tensor.shapes[0]!.length;
    return graph.share("Shape", [tensor.name], whole ? {} : { start, end }, label);
  });
  return parts.length === 1 ? parts[0]! : graph.share("Concat", parts, { axis: 0 }, label);
}

const has = ({ shapes }: SizedTensor, axis: number, sizes: readonly number[]): boolean =>
  shapes.every((shape, which) => shape[axis] === sizes[which]);

/** Known sizes that follow each other, as one list. */
function merged(pieces: readonly Piece[]): (number[] | Exclude<Piece, number>)[] {
  const result: (number[] | Exclude<Piece, number>)[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (typeof piece === "object") result.push(piece);
    else if (Array.isArray(last)) last.push(piece);
    else result.push([piece]);
  }
  return result;
}
