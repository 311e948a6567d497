import type { FunctionBuilder, Local } from "./assembler.ts";

/** Vector variables that are handed out, given back and handed out again. */
export class VectorPool {
  readonly #f: FunctionBuilder;
  readonly #free: Local[] = [];

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  take(): Local {
    return this.#free.pop() ?? this.#f.local("v128");
  }

  release(...locals: readonly Local[]): void {
    this.#free.push(...locals);
  }
}

/** Where a function is written to, and whether its polynomials may use fused multiply-add. */
export interface MathContext {
  readonly f: FunctionBuilder;
  readonly pool: VectorPool;
  readonly fusedMultiplyAdd: boolean;
}

// Every function here reads its argument from a variable, which it leaves alone, and pushes its f32x4 result. The
// coefficients are minimax fits of ours (least squares, re-weighted until the error is level).
// Their digits are as many as tell a float32 from its neighbours.

/** ln 2 in two parts: the first has 9 bits, so that its product with an exponent is exact. */
const ln2High = 0.693359375;
const ln2Low = -0.00021219444;
/** Adding 1.5 · 2^23 leaves the nearest integer in the low bits of a float32. */
const roundingMagic = 12582912;

/** a · b + c with a and b on the stack. */
function multiplyAdd(m: MathContext, pushC: () => void): void {
  if (m.fusedMultiplyAdd) {
    pushC();
    m.f.op("f32x4.relaxed_madd");
  } else {
    m.f.op("f32x4.mul");
    pushC();
    m.f.op("f32x4.add");
  }
}

/** Horner's rule; coefficients from the constant up. */
function polynomial(m: MathContext, x: Local, coefficients: readonly number[]): void {
  const { f } = m;
  f.f32x4(coefficients[coefficients.length - 1]!);
  for (let index = coefficients.length - 2; index >= 0; index--) {
    f.get(x);
    multiplyAdd(m, () => f.f32x4(coefficients[index]!));
  }
}

/** (e^r - 1 - r) / r² for |r| ≤ ln 2 / 2. */
const expCoefficients = [0.49999993, 0.16666521, 0.04166839, 0.0083687154, 0.00138146];

/** e^x = 2^n e^r with x on the stack and clamped: pushes e^r, and puts n + 1.5 · 2^23 in `rounded`. */
function expReduced(m: MathContext, rounded: Local): void {
  const { f, pool } = m;
  const x = pool.take();
  const n = pool.take();
  f.tee(x).f32x4(Math.LOG2E);
  multiplyAdd(m, () => f.f32x4(roundingMagic));
  f.tee(rounded).f32x4(roundingMagic).op("f32x4.sub").tee(n);
  f.f32x4(-ln2High);
  multiplyAdd(m, () => f.get(x));
  f.set(x).get(n).f32x4(-ln2Low);
  multiplyAdd(m, () => f.get(x));
  f.set(x);
  polynomial(m, x, expCoefficients);
  f.get(x).get(x).op("f32x4.mul");
  multiplyAdd(m, () => f.get(x));
  f.f32x4(1).op("f32x4.add");
  pool.release(x, n);
}

/** e^x with x on the stack: for n from -126 to 128 only, where 2^n is one float32 (128: infinity). */
function expNarrow(m: MathContext): void {
  const rounded = m.pool.take();
  expReduced(m, rounded);
  m.f.get(rounded).i32(23).op("i32x4.shl").f32x4(1).op("i32x4.add").op("f32x4.mul");
  m.pool.release(rounded);
}

/** e^x, at most 1 ulp off. 0 below -104, ∞ above 88.7228. */
export function pushExp(m: MathContext, x: Local): void {
  const { f, pool } = m;
  const rounded = pool.take();
  const half = pool.take();
  f.get(x).f32x4(89).op("f32x4.pmin").f32x4(-104).op("f32x4.pmax");
  expReduced(m, rounded);
  // 2^n in two factors: n goes from -150 (subnormal results) to 128.
  f.get(rounded).f32x4(roundingMagic).op("i32x4.sub").tee(rounded).i32(1).op("i32x4.shr_s").tee(half);
  f.i32(23).op("i32x4.shl").f32x4(1).op("i32x4.add").op("f32x4.mul");
  f.get(rounded).get(half).op("i32x4.sub").i32(23).op("i32x4.shl").f32x4(1).op("i32x4.add").op("f32x4.mul");
  pool.release(rounded, half);
}

/** 1 / (1 + e^-x), at most 3 ulp off. Results under 4.2e-39 are 0. */
export function pushSigmoid(m: MathContext, x: Local): void {
  const { f } = m;
  f.f32x4(1).get(x).op("f32x4.neg").f32x4(88.9).op("f32x4.pmin").f32x4(-87).op("f32x4.pmax");
  expNarrow(m);
  f.f32x4(1).op("f32x4.add").op("f32x4.div");
}

/** (ln(1 + t) - t + t²/2) / t³ for 1 + t from √½ to √2. */
const logCoefficients = [
  0.33333313, -0.2500001, 0.20002119, -0.16667996, 0.1421955, -0.12405589, 0.1188818175, -0.11675658, 0.067466065,
];
const smallestNormal = 2 ** -126;

/** ln x, at most 1 ulp off. ln 0 = -∞; NaN below 0. */
export function pushLog(m: MathContext, x: Local): void {
  const { f, pool } = m;
  const [tiny, bits, exponent, t, square] = [pool.take(), pool.take(), pool.take(), pool.take(), pool.take()];
  f.get(x)
    .f32x4(2 ** 23)
    .op("f32x4.mul")
    .get(x);
  f.get(x).f32x4(smallestNormal).op("f32x4.lt").tee(tiny).op("v128.bitselect").tee(bits);
  // x = 2^e (1 + t): subtracting the bits of √½ first rounds the exponent so that 1 + t lies around 1.
  f.f32x4(Math.SQRT1_2).op("i32x4.sub").i32(23).op("i32x4.shr_s").set(exponent);
  f.get(bits).get(exponent).i32(23).op("i32x4.shl").op("i32x4.sub").f32x4(1).op("f32x4.sub").tee(t);
  f.get(t).op("f32x4.mul").set(square);
  f.get(exponent).op("f32x4.convert_i32x4_s").get(tiny).f32x4(23).op("v128.and").op("f32x4.sub").set(exponent);
  polynomial(m, t, logCoefficients);
  f.get(t).op("f32x4.mul").get(square).op("f32x4.mul");
  f.get(exponent).f32x4(ln2Low).op("f32x4.mul").op("f32x4.add");
  f.get(square).f32x4(0.5).op("f32x4.mul").op("f32x4.sub");
  f.get(t).op("f32x4.add").get(exponent).f32x4(ln2High).op("f32x4.mul").op("f32x4.add");
  // Not positive or not finite: ∞ and NaN stay, 0 gives -∞, the rest NaN.
  f.f32x4(Number.NEGATIVE_INFINITY);
  f.f32x4(Number.NaN).get(x).get(x).f32x4(0).op("f32x4.lt").op("v128.bitselect");
  f.get(x).f32x4(0).op("f32x4.eq").op("v128.bitselect");
  f.get(x).f32x4(0).op("f32x4.gt").get(x).f32x4(Number.POSITIVE_INFINITY).op("f32x4.lt").op("v128.and");
  f.op("v128.bitselect");
  pool.release(tiny, bits, exponent, t, square);
}

/** tanh x = x P(x²) / Q(x²) up to where it rounds to 1. */
const tanhLimit = 8.16;
const tanhNumerator = [1, 0.1311966, 0.0031440335, 1.1583314e-5, -2.2046672e-8, 6.2149154e-11, -1.1099588e-13];
const tanhDenominator = [1, 0.46452996, 0.02465403, 0.0002605031];

/** tanh x, at most 5 ulp off, odd, never over 1. */
export function pushTanh(m: MathContext, x: Local): void {
  const { f, pool } = m;
  const [clamped, square] = [pool.take(), pool.take()];
  f.get(x).f32x4(tanhLimit).op("f32x4.pmin").f32x4(-tanhLimit).op("f32x4.pmax").tee(clamped);
  f.get(clamped).op("f32x4.mul").set(square);
  polynomial(m, square, tanhNumerator);
  f.get(clamped).op("f32x4.mul");
  polynomial(m, square, tanhDenominator);
  f.op("f32x4.div");
  pool.release(clamped, square);
}

/** erf(x) / x - 1 in x², for |x| ≤ 1. */
const erfSmall = [0.12837917, -0.37612626, 0.112835851, -0.0268538119, 0.00518832754, -0.00080101924, 7.853857e-5];
/** ln(1 - erf x) for x from 1 to 3.95, where erf rounds to 1. */
const erfLarge = [-0.00033268127, -1.1271225, -0.63809351, -0.10314802, 0.021856338, -0.0029518836, 0.000186777712];

/** The error function, at most 2 ulp off. */
export function pushErf(m: MathContext, x: Local): void {
  const { f, pool } = m;
  const [size, square] = [pool.take(), pool.take()];
  f.get(x).get(x).op("f32x4.mul").set(square);
  polynomial(m, square, erfSmall);
  f.get(x);
  multiplyAdd(m, () => f.get(x));
  f.f32x4(1).get(x).op("f32x4.abs").f32x4(3.95).op("f32x4.pmin").set(size);
  polynomial(m, size, erfLarge);
  expNarrow(m);
  f.op("f32x4.sub").get(x).f32x4(-0).op("v128.and").op("v128.or");
  f.get(x).op("f32x4.abs").f32x4(1).op("f32x4.lt").op("v128.bitselect");
  pool.release(size, square);
}
