import type { FunctionBuilder, Local } from "./assembler.ts";
import type { VectorPool } from "./math.ts";

/** Loads the words of an argument block into one local each, under their names. */
export function loadArguments<Name extends string>(
  f: FunctionBuilder,
  block: Local,
  names: readonly Name[],
): Record<Name, Local> {
  const locals = {} as Record<Name, Local>;
  for (const [index, name] of names.entries()) {
    locals[name] = f.local("i32");
    f.get(block)
      .load("i32.load", 4 * index)
      .set(locals[name]);
  }
  return locals;
}

/** accumulator += a · b, both on the stack by the two callbacks. */
export function multiplyAdd(f: FunctionBuilder, fused: boolean, accumulator: Local, a: Local, b: Local): void {
  if (fused) f.get(a).get(b).get(accumulator).op("f32x4.relaxed_madd").set(accumulator);
  else f.get(accumulator).get(a).get(b).op("f32x4.mul").op("f32x4.add").set(accumulator);
}

/** Loads the first `lanes` floats at the address in `pointer`, zeros in the rest: nothing beyond them is read. */
export function loadLanes(f: FunctionBuilder, pointer: Local, offset: number, lanes: number): void {
  f.get(pointer);
  if (lanes >= 4) f.load("v128.load", offset);
  else if (lanes === 1) f.load("v128.load32_zero", offset);
  else {
    f.load("v128.load64_zero", offset);
    if (lanes === 3) {
      const pair = f.local("v128");
      f.set(pair)
        .get(pointer)
        .get(pair)
        .laneMemory("v128.load32_lane", 2, offset + 8);
    }
  }
}

/** counter = counter · factor + …: pushes `local · factor`. */
export function times(f: FunctionBuilder, local: Local, factor: number | Local): FunctionBuilder {
  return f.get(local).mul(factor);
}

/** Sets `from` and `to` to the bounds of part number `part` of `parts` even parts of `count`. */
export function partBounds(f: FunctionBuilder, part: Local, parts: Local, count: Local, from: Local, to: Local): void {
  f.get(part).mul(count).get(parts).op("i32.div_u").set(from);
  f.get(part).add(1).mul(count).get(parts).op("i32.div_u").set(to);
}

/** Turns four vectors, the rows of a 4x4 square, into its columns. */
export function emitTranspose4x4(f: FunctionBuilder, vectors: readonly Local[], pool: VectorPool): void {
  const [a, b, c, d] = vectors as [Local, Local, Local, Local];
  const pairs = [0, 1, 2, 3].map(() => pool.take());
  for (const [half, lanes] of (
    [
      [0, 4, 1, 5],
      [2, 6, 3, 7],
    ] as const
  ).entries()) {
    f.get(a)
      .get(b)
      .shuffleLanes(lanes)
      .set(pairs[2 * half]!);
    f.get(c)
      .get(d)
      .shuffleLanes(lanes)
      .set(pairs[2 * half + 1]!);
  }
  for (const [at, vector] of vectors.entries()) {
    const half = at & 2;
    f.get(pairs[half]!)
      .get(pairs[half + 1]!)
      .shuffleLanes(at % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7])
      .set(vector);
  }
  pool.release(...pairs);
}
