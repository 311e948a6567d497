import { ArgumentError } from "../core/errors.ts";
import type { Node } from "../core/node.ts";
import { recorded } from "./recording.ts";
import { followed, planeOf } from "./window.ts";

/** A row and a column of a layer's output, counted from 0. */
export type Position = readonly [y: number, x: number];

/** The nodes between a network's input and `node`, inputs before users: those that depend on the input. */
export function nodesBetween(input: Node, node: Node): Node[] {
  const known = new Set<Node>([input]);
  const between: Node[] = [];
  for (const each of recorded([node], followed, known)) {
    if (!followed(each).some((from) => known.has(from))) continue;
    known.add(each);
    between.push(each);
  }
  return between;
}

/** The middle of a node's output. */
export function centreOf(node: Node): Position {
  const [height, width] = planeOf(node);
  return [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)];
}

/** @throws ArgumentError, which calls the layer `name`, for a position outside of its output. */
export function checkPosition(name: string, node: Node, [y, x]: Position): void {
  const [height, width] = planeOf(node);
  const inside = (at: number, length: number) => Number.isInteger(at) && at >= 0 && at < length;
  if (inside(y, height) && inside(x, width)) return;
  throw new ArgumentError(
    `${name}: position ${y},${x} is outside of its output of ${height}x${width}. Rows go from 0 to ${height - 1}, columns from 0 to ${width - 1}.`,
  );
}
