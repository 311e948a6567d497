import type { Node } from "../../core/node.ts";
import { numel, type Shape } from "../../core/shape.ts";
import { type Operand, Tracked } from "./counter.ts";

/** The library that a case records with: as it is, or rewritten. */
export type Library = typeof import("./entry.ts");

/** A case's recording, and what it is held against besides its own run. */
export interface Drawn {
  readonly node: Node;
  /** The same on numbers where the padding's zeros are elements of the input, or without a transposed convolution's cropping. */
  readonly nominal?: Node;
  /** Whether it gives the numbers that `node` gives. Default true. */
  readonly sameNumbers?: boolean;
  /** The usual count of a composition: loops that give its numbers, of what is needed and with padding. */
  readonly usual?: { readonly needed: () => ArrayLike<Operand>; readonly nominal: () => ArrayLike<Operand> };
}

export type Case = (draw: Draw) => Drawn;

interface LeafOptions {
  readonly bias?: boolean;
  /** Whole numbers below it, as int32. */
  readonly below?: number;
  readonly range?: readonly [number, number];
}

type Sides = readonly [top: number, left: number, bottom: number, right: number];

/** Shapes, options and numbers of a case: the same ones when it is made again from the same choices. */
export class Draw {
  readonly lib: Library;
  /** The numbers of each leaf. */
  readonly numbers = new Map<Node, ArrayLike<Operand>>();
  readonly #choose: (min: number, max: number) => number;

  constructor(lib: Library, choose: (min: number, max: number) => number) {
    this.lib = lib;
    this.#choose = choose;
  }

  whole(min: number, max: number): number {
    return this.#choose(min, max);
  }

  pair(min: number, max: number): [number, number] {
    return [this.whole(min, max), this.whole(min, max)];
  }

  one<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)]!;
  }

  shape(rank: number, max = 3): number[] {
    return Array.from({ length: rank }, () => this.whole(1, max));
  }

  leaf(shape: Shape, { bias = false, below, range = [-1, 1] }: LeafOptions = {}): Node {
    const count = numel(shape);
    const thousandths = Array.from({ length: count }, () => this.whole(0, 999) / 1000);
    if (below !== undefined) {
      const indices = Int32Array.from(thousandths, (part) => Math.floor(part * below));
      return this.#keep(this.lib.dataNode(indices, shape), indices);
    }
    const values = thousandths.map((part) => Math.fround(range[0] + (range[1] - range[0]) * part));
    return this.#leafOf(values, shape, bias);
  }

  /** A leaf of another one's elements with `value` around them, as numbers of the input. Negative sides add nothing. */
  surrounded(leaf: Node, sides: Sides, value = 0): Node {
    const [top, left, bottom, right] = sides.map((size) => Math.max(0, size)) as [number, number, number, number];
    const [height, width] = leaf.shape.slice(-2) as [number, number];
    const [tall, wide] = [height + top + bottom, width + left + right];
    const planes = numel(leaf.shape.slice(0, -2));
    const values = new Array<number>(planes * tall * wide).fill(value);
    const own = this.numbers.get(leaf)!;
    for (let at = 0; at < own.length; at++) {
      const [plane, row, column] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
      values[(plane * tall + row + top) * wide + column + left] = Number(own[at]);
    }
    return this.#leafOf(values, [...leaf.shape.slice(0, -2), tall, wide], false);
  }

  #leafOf(values: readonly number[], shape: Shape, bias: boolean): Node {
    return this.#keep(
      this.lib.dataNode(Float32Array.from(values), shape),
      values.map((value) => new Tracked(value, bias)),
    );
  }

  #keep(node: Node, numbers: ArrayLike<Operand>): Node {
    this.numbers.set(node, numbers);
    return node;
  }
}
