import type { FunctionBuilder, Local } from "../../../codegen/wasm/assembler.ts";

/** Takes result number `index` of a transform: `push` pushes it. */
export type Put = (index: number, push: () => void) => void;

/** A transform along one axis: reads its vectors from variables, which it leaves alone, and gives its results in order. */
export type Transform = (f: FunctionBuilder, fused: boolean, vectors: readonly Local[], put: Put) => void;

/**
 * One transform of neighbouring vectors of channels, one or two: `load` pushes number `index` of vector `which`, `store`
 * stores it. All loads come before all stores, and stores of neighbours side by side: else V8 does not join them.
 */
function transformSideBySide(
  f: FunctionBuilder,
  fused: boolean,
  transform: Transform,
  { vectors, results }: TransformLocals,
  load: (which: number, index: number) => void,
  store: (which: number, index: number, push: () => void) => void,
): void {
  for (let index = 0; index < vectors[0]!.length; index++) {
    for (const [which, group] of vectors.entries()) {
      load(which, index);
      f.set(group[index]!);
    }
  }
  if (vectors.length === 1) {
    transform(f, fused, vectors[0]!, (index, push) => store(0, index, push));
    return;
  }
  let count = 0;
  for (const [which, group] of vectors.entries()) {
    transform(f, fused, group, (index, push) => {
      push();
      f.set(results[which]![index]!);
      count = Math.max(count, index + 1);
    });
  }
  for (let index = 0; index < count; index++) {
    for (const [which, group] of results.entries()) store(which, index, () => f.get(group[index]!));
  }
}

/**
 * Such transforms along both axes of a square of `from` numbers a side, which becomes one of `to`: of its columns, whose
 * results go to memory at `half`, then of rows.
 */
export function transformSquare(
  f: FunctionBuilder,
  fused: boolean,
  transform: Transform,
  locals: TransformLocals,
  { from, to, half }: { readonly from: number; readonly to: number; readonly half: Local },
  load: (which: number, row: number, column: number) => void,
  store: (which: number, row: number, column: number, push: () => void) => void,
): void {
  const place = (which: number, row: number, column: number) =>
    ((row * from + column) * locals.vectors.length + which) * 16;
  for (let column = 0; column < from; column++) {
    transformSideBySide(
      f,
      fused,
      transform,
      locals,
      (which, row) => load(which, row, column),
      (which, row, push) => {
        f.get(half);
        push();
        f.store("v128.store", place(which, row, column));
      },
    );
  }
  for (let row = 0; row < to; row++) {
    transformSideBySide(
      f,
      fused,
      transform,
      locals,
      (which, column) => f.get(half).load("v128.load", place(which, row, column)),
      (which, column, push) => store(which, row, column, push),
    );
  }
}

/** Variables for `width` vectors side by side, of which a transform reads `from` numbers and gives at most 6. */
export interface TransformLocals {
  readonly vectors: readonly (readonly Local[])[];
  readonly results: readonly (readonly Local[])[];
}

export const transformLocals = (f: FunctionBuilder, width: number, from: number): TransformLocals => ({
  vectors: Array.from({ length: width }, () => f.locals("v128", from)),
  results: width === 1 ? [] : Array.from({ length: width }, () => f.locals("v128", 6)),
});

/**
 * Winograd's F(m, 3): m neighbouring outputs of a kernel of three taps from m + 2 products, `Aᵀ ((G g) ⊙ (Bᵀ d))`; two of
 * them nested give F(m x m, 3x3). A convolution is then a matrix product over channels for each of the (m + 2)² positions.
 */
export interface Scheme {
  /** m: outputs along each axis of a tile. */
  readonly outputs: 2 | 4;
  /** m + 2: inputs along each axis of a tile. */
  readonly size: number;
  /** Bᵀ: from m + 2 inputs. */
  readonly input: Transform;
  /** G: from 3 taps to m + 2. */
  readonly weight: Transform;
  /** Aᵀ: from m + 2 products to m outputs. */
  readonly output: Transform;
  /** A: from the gradients of m outputs to those of m + 2 products. */
  readonly gradOutput: Transform;
  /** Gᵀ: from the gradients of m + 2 transformed taps to those of 3. */
  readonly gradWeight: Transform;
}

/** Pushes a · factor + c. */
function scaledSum(f: FunctionBuilder, fused: boolean, a: Local, factor: number, c: Local): void {
  if (fused) f.get(a).f32x4(factor).get(c).op("f32x4.relaxed_madd");
  else f.get(a).f32x4(factor).op("f32x4.mul").get(c).op("f32x4.add");
}

/** even + odd and even - odd, both on variables. */
function sumAndDifference(f: FunctionBuilder, put: Put, first: number, even: Local, odd: Local): void {
  put(first, () => f.get(even).get(odd).op("f32x4.add"));
  put(first + 1, () => f.get(even).get(odd).op("f32x4.sub"));
}

/** Points 0, 1, -1 and infinity: additions and halves only, so that its error is that of direct convolution. */
export const f2x2: Scheme = {
  outputs: 2,
  size: 4,
  input(f, _fused, [a, b, c, d], put) {
    put(0, () => f.get(a!).get(c!).op("f32x4.sub"));
    put(1, () => f.get(b!).get(c!).op("f32x4.add"));
    put(2, () => f.get(c!).get(b!).op("f32x4.sub"));
    put(3, () => f.get(d!).get(b!).op("f32x4.sub"));
  },
  weight(f, _fused, [a, b, c], put) {
    const [even, odd] = f.locals("v128", 2) as [Local, Local];
    f.get(a!).get(c!).op("f32x4.add").f32x4(0.5).op("f32x4.mul").set(even);
    f.get(b!).f32x4(0.5).op("f32x4.mul").set(odd);
    put(0, () => f.get(a!));
    sumAndDifference(f, put, 1, even, odd);
    put(3, () => f.get(c!));
  },
  output(f, _fused, [a, b, c, d], put) {
    put(0, () => f.get(a!).get(b!).op("f32x4.add").get(c!).op("f32x4.add"));
    put(1, () => f.get(b!).get(c!).op("f32x4.sub").get(d!).op("f32x4.add"));
  },
  gradOutput(f, _fused, [a, b], put) {
    put(0, () => f.get(a!));
    sumAndDifference(f, put, 1, a!, b!);
    put(3, () => f.get(b!));
  },
  gradWeight(f, _fused, [a, b, c, d], put) {
    const even = f.local("v128");
    f.get(b!).get(c!).op("f32x4.add").f32x4(0.5).op("f32x4.mul").set(even);
    put(0, () => f.get(a!).get(even).op("f32x4.add"));
    put(1, () => f.get(b!).get(c!).op("f32x4.sub").f32x4(0.5).op("f32x4.mul"));
    put(2, () => f.get(even).get(d!).op("f32x4.add"));
  },
};

/** Points p and 1 / p: of all pairs that were tried, these lose least (docs/decisions/0004-winograd.md). */
const [p, q] = [2 / 3, 3 / 2];
const [pp, qq] = [p * p, q * q];
/** The product of a point's distances to all others, by which its row of G is divided. */
const [np, nq] = [2 * pp * (pp - qq), 2 * qq * (qq - pp)];

/** Sums and differences of what belongs to p and -p, and to q and -q, and how to push factorP · ofP + factorQ · ofQ. */
function pointPairs(f: FunctionBuilder, fused: boolean, [a, b, c, d]: readonly [Local, Local, Local, Local]) {
  const [sumP, sumQ, differenceP, differenceQ, scaled] = f.locals("v128", 5) as [Local, Local, Local, Local, Local];
  f.get(a).get(b).op("f32x4.add").set(sumP);
  f.get(c).get(d).op("f32x4.add").set(sumQ);
  f.get(a).get(b).op("f32x4.sub").set(differenceP);
  f.get(c).get(d).op("f32x4.sub").set(differenceQ);
  const combine = (ofP: Local, factorP: number, ofQ: Local, factorQ: number) => {
    f.get(ofQ).f32x4(factorQ).op("f32x4.mul").set(scaled);
    scaledSum(f, fused, ofP, factorP, scaled);
  };
  return { sumP, sumQ, differenceP, differenceQ, combine };
}

/** Points 0, ±2/3, ±3/2 and infinity. */
export const f4x4: Scheme = {
  outputs: 4,
  size: 6,
  input(f, fused, [a, b, c, d, e, g], put) {
    const [even, odd] = f.locals("v128", 2) as [Local, Local];
    scaledSum(f, fused, c!, -(pp + qq), a!);
    f.set(even);
    put(0, () => f.get(even).get(e!).op("f32x4.add"));
    for (const [first, own, other] of [
      [1, p, qq],
      [3, q, pp],
    ] as const) {
      scaledSum(f, fused, c!, -other, e!);
      f.set(even);
      scaledSum(f, fused, b!, -other, d!);
      f.set(odd);
      put(first, () => scaledSum(f, fused, odd, own, even));
      put(first + 1, () => scaledSum(f, fused, odd, -own, even));
    }
    scaledSum(f, fused, d!, -(pp + qq), b!);
    f.set(odd);
    put(5, () => f.get(odd).get(g!).op("f32x4.add"));
  },
  weight(f, fused, [a, b, c], put) {
    const [even, odd] = f.locals("v128", 2) as [Local, Local];
    put(0, () => f.get(a!));
    for (const [first, own, square, norm] of [
      [1, p, pp, np],
      [3, q, qq, nq],
    ] as const) {
      f.get(a!)
        .f32x4(1 / norm)
        .op("f32x4.mul")
        .set(even);
      scaledSum(f, fused, c!, square / norm, even);
      f.set(even);
      f.get(b!)
        .f32x4(own / norm)
        .op("f32x4.mul")
        .set(odd);
      sumAndDifference(f, put, first, even, odd);
    }
    put(5, () => f.get(c!));
  },
  output(f, fused, [a, b, c, d, e, g], put) {
    const { sumP, sumQ, differenceP, differenceQ, combine } = pointPairs(f, fused, [b!, c!, d!, e!]);
    put(0, () => f.get(a!).get(sumP).op("f32x4.add").get(sumQ).op("f32x4.add"));
    put(1, () => combine(differenceP, p, differenceQ, q));
    put(2, () => combine(sumP, pp, sumQ, qq));
    put(3, () => {
      combine(differenceP, pp * p, differenceQ, qq * q);
      f.get(g!).op("f32x4.add");
    });
  },
  gradOutput(f, fused, [a, b, c, d], put) {
    const [even, odd] = f.locals("v128", 2) as [Local, Local];
    put(0, () => f.get(a!));
    for (const [first, own, square] of [
      [1, p, pp],
      [3, q, qq],
    ] as const) {
      scaledSum(f, fused, c!, square, a!);
      f.set(even);
      scaledSum(f, fused, d!, square, b!);
      f.set(odd);
      put(first, () => scaledSum(f, fused, odd, own, even));
      put(first + 1, () => scaledSum(f, fused, odd, -own, even));
    }
    put(5, () => f.get(d!));
  },
  gradWeight(f, fused, [a, b, c, d, e, g], put) {
    const { sumP, sumQ, differenceP, differenceQ, combine } = pointPairs(f, fused, [b!, c!, d!, e!]);
    put(0, () => {
      combine(sumP, 1 / np, sumQ, 1 / nq);
      f.get(a!).op("f32x4.add");
    });
    put(1, () => combine(differenceP, p / np, differenceQ, q / nq));
    put(2, () => {
      combine(sumP, pp / np, sumQ, qq / nq);
      f.get(g!).op("f32x4.add");
    });
  },
};
