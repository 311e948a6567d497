import type { FunctionBuilder, Local } from "./assembler.ts";
import type { VectorPool } from "./math.ts";

/** Loads the words of the argument block, from number `first` on, into one variable each, under their names. */
export function loadArguments<Name extends string>(
  f: FunctionBuilder,
  names: readonly Name[],
  first = 0,
): Record<Name, Local> {
  const locals = f.named(...names);
  for (const [at, name] of names.entries()) {
    f.get(f.parameters[0]!)
      .load("i32.load", 4 * (first + at))
      .set(locals[name]);
  }
  return locals;
}

/** accumulator += a · b, both on the stack by the two callbacks. */
export function multiplyAdd(f: FunctionBuilder, fused: boolean, accumulator: Local, a: Local, b: Local): void {
  if (fused) f.get(a).get(b).get(accumulator).op("f32x4.relaxed_madd").set(accumulator);
  else f.get(accumulator).get(a).get(b).op("f32x4.mul").op("f32x4.add").set(accumulator);
}

/** Pushes a vector of the first `lanes` numbers at an address, reading no further: the rest are zero. */
export function loadLanes(f: FunctionBuilder, address: Local, lanes: number, offset = 0): void {
  if (lanes >= 4) {
    f.get(address).load("v128.load", offset);
    return;
  }
  if (lanes === 1) {
    f.get(address).load("v128.load32_zero", offset);
    return;
  }
  if (lanes === 3) f.get(address);
  f.get(address).load("v128.load64_zero", offset);
  if (lanes === 3) f.laneMemory("v128.load32_lane", 2, offset + 8);
}

/** Sets `from` and `to` to the bounds of part number `part` of `parts` even parts of `count`. */
export function partBounds(f: FunctionBuilder, part: Local, parts: Local, count: Local, from: Local, to: Local): void {
  f.get(part).mul(count).get(parts).op("i32.div_u").set(from);
  f.get(part).add(1).mul(count).get(parts).op("i32.div_u").set(to);
}

/** Sets the addresses of rows `step` bytes apart, of which the first is there. */
export function emitRowAddresses(f: FunctionBuilder, rows: readonly Local[], step: Local): void {
  for (const [at, row] of rows.slice(1).entries()) f.get(rows[at]!).add(step).set(row);
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

/** Moves a 4x4 square from where its rows are to columns that begin at `to`, `step` bytes apart. Rows move on behind it. */
export function moveSquare(
  f: FunctionBuilder,
  rows: readonly Local[],
  vectors: readonly Local[],
  to: Local,
  step: Local,
  pool: VectorPool,
): void {
  for (const [at, row] of rows.entries()) f.get(row).load("v128.load").set(vectors[at]!);
  emitTranspose4x4(f, vectors, pool);
  for (const vector of vectors) {
    f.get(to).get(vector).store("v128.store");
    f.advance(to, step);
  }
  for (const row of rows) f.advance(row, 16);
}

/** The same for one number of each row. */
export function moveColumn(f: FunctionBuilder, rows: readonly Local[], vector: Local, to: Local, step: Local): void {
  f.f32x4(0).set(vector);
  for (const [lane, row] of rows.entries()) {
    f.get(row).get(vector).laneMemory("v128.load32_lane", lane).set(vector);
    f.advance(row, 4);
  }
  f.get(to).get(vector).store("v128.store");
  f.advance(to, step);
}

/** Stores sums one behind the other at `destination`, or adds them to what is there. */
export function storeSums(f: FunctionBuilder, sums: readonly Local[], destination: Local, accumulate: Local): void {
  f.get(accumulate).if(() => {
    for (const [at, sum] of sums.entries()) {
      f.get(sum)
        .get(destination)
        .load("v128.load", 16 * at)
        .op("f32x4.add")
        .set(sum);
    }
  });
  for (const [at, sum] of sums.entries())
    f.get(destination)
      .get(sum)
      .store("v128.store", 16 * at);
}
