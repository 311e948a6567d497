import fc from "fast-check";
import type { Layout } from "../core/kernel.ts";
import { numel, type Shape } from "../core/shape.ts";

/** A layout of `shape` with its axes in any order and gaps between elements; axes may be repeated (stride 0). */
export function layoutArbitrary(shape: Shape, repeats: boolean): fc.Arbitrary<Layout> {
  return fc
    .record({
      order: fc.shuffledSubarray(
        shape.map((_, axis) => axis),
        { minLength: shape.length, maxLength: shape.length },
      ),
      sorted: fc.boolean(),
      gaps: fc.array(fc.constantFrom(0, 0, 0, 1, 5), { minLength: shape.length, maxLength: shape.length }),
      repeated: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      repeating: fc.boolean(),
      offset: fc.nat(3),
      after: fc.nat(3),
    })
    .map(({ order, sorted, gaps, repeated, repeating, offset, after }) => {
      const strides = shape.map(() => 0);
      const axes = sorted ? shape.map((_, axis) => shape.length - 1 - axis) : order;
      let step = 1;
      for (const axis of axes) {
        if (repeats && repeating && repeated[axis]) continue;
        strides[axis] = step;
        step = step * shape[axis]! + gaps[axis]! * (step > 1 || shape.length === 1 ? 1 : 0);
      }
      return { strides, offset, size: offset + step + after };
    });
}

export function forEachIndex(shape: Shape, visit: (index: readonly number[]) => void): void {
  const count = numel(shape);
  const index = shape.map(() => 0);
  for (let at = 0; at < count; at++) {
    visit(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** Where an element lies in its buffer. */
export function position(layout: Layout, index: readonly number[]): number {
  let at = layout.offset;
  for (const [axis, each] of index.entries()) at += each * layout.strides[axis]!;
  return at;
}

/** Numbers that tell places apart: small, of both signs, exact in float32. */
export function testNumbers(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => ((index * 37 + seed * 101) % 256) / 16 - 8);
}
