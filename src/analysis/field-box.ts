import type { Node } from "../core/node.ts";
import { nodesBetween, type Position } from "./followed.ts";
import { type Axis, followed, hull, inputRange, isOpen, type Range } from "./window.ts";

/** Rows and columns of a tensor: null for a whole axis. */
export type Box = readonly [rows: Range | null, columns: Range | null];

export const boxAt = ([y, x]: Position): Box => [
  [y, y],
  [x, x],
];

/** What a box of a node's output depends on of input number `which`; null for nothing. */
export function boxThrough(box: Box, node: Node, which: number): Box | null {
  if (isOpen(node)) return box;
  const along = (axis: Axis) => box[axis] && inputRange(node, axis, which, box[axis]);
  const part: Box = [along(0), along(1)];
  return part.some((range) => range !== null && range[0] > range[1]) ? null : part;
}

/** The smallest box that holds what all paths to a position see, not clipped: null for nothing. */
export function fieldBox(input: Node, node: Node, position: Position): Box | null {
  const boxes = new Map<Node, Box>([[node, boxAt(position)]]);
  for (const each of nodesBetween(input, node).reverse()) {
    const box = boxes.get(each);
    for (const [which, from] of followed(each).entries()) {
      const part = box && boxThrough(box, each, which);
      if (!part) continue;
      const known = boxes.get(from);
      boxes.set(from, known ? [hull(known[0], part[0]), hull(known[1], part[1])] : part);
    }
  }
  return boxes.get(input) ?? null;
}
