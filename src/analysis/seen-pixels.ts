import type { Node } from "../core/node.ts";
import type { Interval } from "../core/op.ts";
import { nodesBetween, type Position } from "./followed.ts";
import { type Axis, followed, isOpen, planeOf, windowOf } from "./window.ts";

/** The pixels of a network's input that one position of a node depends on: all of them, and no others. */
export class SeenPixels {
  readonly height: number;
  readonly width: number;
  /** Row by row: 1 where the pixel is seen. */
  readonly cells: Uint8Array;

  constructor(height: number, width: number, cells = new Uint8Array(height * width)) {
    this.height = height;
    this.width = width;
    this.cells = cells;
  }

  get count(): number {
    return this.cells.reduce((sum, cell) => sum + cell, 0);
  }

  /** First and last row with such a pixel; null where there is none. */
  get rows(): readonly [first: number, last: number] | null {
    const first = this.cells.indexOf(1);
    return first < 0 ? null : [Math.floor(first / this.width), Math.floor(this.cells.lastIndexOf(1) / this.width)];
  }

  get columns(): readonly [first: number, last: number] | null {
    const column = (x: number) => {
      for (let y = 0; y < this.height; y++) if (this.cells[y * this.width + x] === 1) return true;
      return false;
    };
    let [first, last] = [0, this.width - 1];
    while (first <= last && !column(first)) first++;
    while (last > first && !column(last)) last--;
    return first > last ? null : [first, last];
  }
}

/**
 * Follows a position back through every path, over the elements that are really there: what lies in the padding of a layer,
 * or between the taps of a dilated kernel, is not seen. Channels are not told apart: a layer that takes some of the channels
 * of a concatenation counts as taking all.
 */
export function seenPixels(input: Node, node: Node, [y, x]: Position): SeenPixels {
  const [height, width] = planeOf(node);
  const masks = new Map<Node, SeenPixels>([[node, new SeenPixels(height, width)]]);
  masks.get(node)!.cells[y * width + x] = 1;
  if (node !== input) masks.set(input, new SeenPixels(...planeOf(input)));
  for (const each of nodesBetween(input, node).reverse()) {
    const mask = masks.get(each);
    if (!mask) continue;
    // Planes of large networks would add up.
    masks.delete(each);
    for (const [which, from] of followed(each).entries()) {
      let target = masks.get(from);
      if (!target) {
        target = new SeenPixels(...planeOf(from));
        masks.set(from, target);
      }
      if (isOpen(each)) or(mask, target);
      else spread(mask, target, tapsOf(each, 0, which), tapsOf(each, 1, which));
    }
  }
  return masks.get(input)!;
}

/** The indices of an axis of the input that each index of the output depends on. */
type Taps = (at: number) => readonly [first: number, last: number, step: number];

function tapsOf(node: Node, axis: Axis, which: number): Taps {
  const length = planeOf(node.inputs[which]!)[axis];
  const taps: ReturnType<Taps>[] = [];
  return (at) => {
    taps[at] ??= clipped(windowOf(node, axis, which, at), length);
    return taps[at];
  };
}

function clipped(range: Interval, length: number): ReturnType<Taps> {
  if (range === null) return [0, length - 1, 1];
  const [first, last, step = 1] = range;
  return [first < 0 ? first + step * Math.ceil(-first / step) : first, Math.min(last, length - 1), step];
}

function or(mask: SeenPixels, target: SeenPixels): void {
  for (let at = 0; at < mask.cells.length; at++) target.cells[at]! |= mask.cells[at]!;
}

/** Every window takes rows and columns apart: first along a row, then down. Neighbours that take the same are gone through once. */
function spread(mask: SeenPixels, target: SeenPixels, rowTaps: Taps, columnTaps: Taps): void {
  const { rows, columns } = mask;
  if (!rows || !columns) return;
  const line = new Uint8Array(target.width);
  let taken: ReturnType<Taps> | null = null;
  for (let y = rows[0]; y <= rows[1]; y++) {
    const range = rowTaps(y);
    if (taken && !sameTaps(taken, range)) {
      store(line, target, taken);
      line.fill(0);
    }
    taken = range;
    let last: ReturnType<Taps> | null = null;
    for (let x = columns[0]; x <= columns[1]; x++) {
      if (mask.cells[y * mask.width + x] === 0) continue;
      const across = columnTaps(x);
      if (last && sameTaps(last, across)) continue;
      for (let to = across[0]; to <= across[1]; to += across[2]) line[to] = 1;
      last = across;
    }
  }
  if (taken) store(line, target, taken);
}

function store(line: Uint8Array, target: SeenPixels, [first, last, step]: ReturnType<Taps>): void {
  for (let to = first; to <= last; to += step) {
    const start = to * target.width;
    for (let x = 0; x < target.width; x++) target.cells[start + x]! |= line[x]!;
  }
}

const sameTaps = (a: ReturnType<Taps>, b: ReturnType<Taps>): boolean => a.every((each, at) => each === b[at]);
