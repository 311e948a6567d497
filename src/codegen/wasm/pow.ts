import type { FunctionBuilder, Local } from "./assembler.ts";
import type { MathContext } from "./math.ts";

/** log₂((1 + s) / (1 - s)) / s in s². */
const log2Coefficients = [
  2.8853900817901463, 0.961796673277478, 0.5770835958264332, 0.41167213175313716, 0.3407400300576829,
];
/** (2^r - 1) / r for |r| ≤ ½. */
const exp2Coefficients = [
  0.6931472062989754, 0.24022651328903089, 0.05550327729719972, 0.009618005809478683, 0.0013400286674398363,
  0.00015475792494394,
];
/** The bits of √½, low half cleared. */
const bitsOfRootHalf = 0x3fe6a09e00000000n;
/** Adding 1.5 · 2^52 leaves the nearest integer in the low bits of a float64. */
const roundingMagic = 1.5 * 2 ** 52;

/**
 * a^b as JavaScript has it (so 1^∞ and 1^NaN are NaN), at most 1 ulp off: 2^(b log₂|a|) in float64, two lanes at a time.
 * Pushes the result.
 */
export function pushPow(m: MathContext, a: Local, b: Local): void {
  const { f, pool } = m;
  const [base, exponent] = [pool.take(), pool.take()];
  f.get(a).op("f32x4.abs").set(base).get(b).set(exponent);
  halfPower(m, base, exponent);
  for (const local of [base, exponent]) f.get(local).get(local).shuffleLanes([2, 3, 2, 3]).set(local);
  halfPower(m, base, exponent);
  f.shuffleLanes([0, 1, 4, 5]);
  // A base with a sign: minus for odd exponents, NaN where a finite base below 0 has an exponent between integers.
  f.get(a).get(b).f32x4(0.5).op("f32x4.mul").tee(base).get(base).op("f32x4.floor").op("f32x4.ne");
  f.get(b).get(b).op("f32x4.floor").op("f32x4.eq").tee(exponent);
  f.op("v128.and").op("v128.and").f32x4(-0).op("v128.and").op("v128.xor").set(base);
  f.f32x4(Number.NaN).get(base);
  f.get(a).f32x4(0).op("f32x4.lt").get(a).f32x4(Number.NEGATIVE_INFINITY).op("f32x4.ne").op("v128.and");
  f.get(exponent).op("v128.andnot").op("v128.bitselect").set(base);
  f.f32x4(1).get(base).get(b).f32x4(0).op("f32x4.eq").op("v128.bitselect");
  pool.release(base, exponent);
}

/** Pushes base^exponent of the first two lanes, for bases of at least 0. */
function halfPower(m: MathContext, base: Local, exponent: Local): void {
  const { f, pool } = m;
  const [x, e, s, square] = [pool.take(), pool.take(), pool.take(), pool.take()];
  // x = 2^e t, t around 1; a float32 is never subnormal as a float64. s = (t - 1) / (t + 1).
  f.get(base).op("f64x2.promote_low_f32x4").tee(x);
  f.i64x2(bitsOfRootHalf).op("i64x2.sub").i32(52).op("i64x2.shr_s").set(e);
  f.get(x).get(e).i32(52).op("i64x2.shl").op("i64x2.sub").tee(s).f64x2(1).op("f64x2.sub");
  f.get(s).f64x2(1).op("f64x2.add").op("f64x2.div").tee(s).get(s).op("f64x2.mul").set(square);
  polynomial(f, square, log2Coefficients);
  f.get(s).op("f64x2.mul");
  f.get(e).get(e).shuffleLanes([0, 2, 0, 2]).op("f64x2.convert_low_i32x4_s").op("f64x2.add").set(s);
  f.f64x2(Number.NEGATIVE_INFINITY);
  f.get(s).get(x).get(x).f64x2(Number.POSITIVE_INFINITY).op("f64x2.lt").op("v128.bitselect");
  f.get(x).f64x2(0).op("f64x2.eq").op("v128.bitselect");
  f.get(exponent).op("f64x2.promote_low_f32x4").op("f64x2.mul");
  f.f64x2(160).op("f64x2.pmin").f64x2(-160).op("f64x2.pmax").tee(x);
  f.f64x2(roundingMagic).op("f64x2.add").set(e);
  f.get(x).get(e).f64x2(roundingMagic).op("f64x2.sub").op("f64x2.sub").set(x);
  polynomial(f, x, exp2Coefficients);
  f.get(x).op("f64x2.mul").f64x2(1).op("f64x2.add");
  f.get(e).i32(52).op("i64x2.shl").op("i64x2.add").op("f32x4.demote_f64x2_zero");
  pool.release(x, e, s, square);
}

function polynomial(f: FunctionBuilder, x: Local, coefficients: readonly number[]): void {
  f.f64x2(coefficients[coefficients.length - 1]!);
  for (let index = coefficients.length - 2; index >= 0; index--) {
    f.get(x).op("f64x2.mul").f64x2(coefficients[index]!).op("f64x2.add");
  }
}

/** Exponents with a shorter way: small integers by multiplication, ±½ by the square root. */
export function hasShortPower(exponent: number): boolean {
  return Math.abs(exponent) === 0.5 || (Number.isInteger(exponent) && Math.abs(exponent) <= 4);
}

/** Pushes a^exponent for an exponent that `hasShortPower`. */
export function pushShortPower(f: FunctionBuilder, a: Local, exponent: number): void {
  const size = Math.abs(exponent);
  if (exponent < 0) f.f32x4(1);
  // The root of -∞ is NaN here, as PyTorch has it, where the general power gives ∞. a + 0 takes the sign off -0, whose root would keep it.
  if (size === 0) f.f32x4(1);
  else if (size === 0.5) f.get(a).f32x4(0).op("f32x4.add").op("f32x4.sqrt");
  else {
    f.get(a);
    for (let count = 1; count < size; count++) f.get(a).op("f32x4.mul");
  }
  if (exponent < 0) f.op("f32x4.div");
}
