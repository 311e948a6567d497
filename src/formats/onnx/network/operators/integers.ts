import type { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import { computed, type Value } from "../value.ts";

/** Types of few bits, by ONNX's number: what float32 computes with exactly. */
const ranges: Readonly<Record<number, readonly [low: number, high: number]>> = {
  2: [0, 255],
  3: [-128, 127],
  4: [0, 65535],
  5: [-32768, 32767],
};

export const rangeOf = (type: number | undefined): readonly [low: number, high: number] | null =>
  ranges[type ?? 0] ?? null;

/** Whole numbers as a type of few bits holds them: beyond its bounds it begins again from the other. */
export function wrapped(x: Tensor, type: number | undefined): Tensor {
  const range = rangeOf(type);
  if (!range) return x;
  const [low, high] = range;
  const count = high - low + 1;
  return x.sub(x.sub(low).div(count).floor().mul(count));
}

/** To the nearest whole number, to the even one of two that are as near. */
export function roundHalfEven(x: Tensor): Tensor {
  const below = x.floor();
  const rest = x.sub(below);
  const odd = below.sub(below.div(2).floor().mul(2));
  const up = rest.gt(0.5).maximum(rest.eq(0.5).mul(odd));
  // What has no fraction is left as it is: infinite numbers, too.
  return below.eq(x).where(x, below.add(up));
}

/** Towards zero. */
export const truncated = (x: Tensor): Tensor => x.sign().mul(x.abs().floor());

/** The result of arithmetic on whole numbers as a value of the first input's type; of fractions as it is. */
export function asFirst(call: Call, y: Tensor): Tensor | Value {
  const { kind, type } = call.value(0);
  return kind === "int" ? computed(wrapped(y, type), kind, type) : y;
}
