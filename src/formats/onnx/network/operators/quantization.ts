import type { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import { computed, type Value } from "../value.ts";
import { rangeOf, roundHalfEven } from "./integers.ts";

const [float32, uint8, int32] = [1, 2, 6];

/** One scale (and zero point) for all, or one for each position along `axis`. */
function spread(call: Call, each: Tensor, x: Tensor): Tensor {
  call.only("block_size", 0);
  const axis = call.int("axis", 1);
  if (each.numel === 1) return each.reshape([]);
  const at = call.axis(axis, x.dim);
  if (each.dim !== 1 || each.shape[0] !== x.shape[at]) {
    call.fail(`needs one scale, or ${x.shape[at]} along axis ${axis}, got [${each.shape.join(", ")}]`);
  }
  return each.reshape(x.shape.map((size, where) => (where === at ? size : 1)));
}

/** round(x / scale) + zero point, cut off at the bounds of the type. */
function quantize(call: Call): Value {
  call.int("saturate", 1);
  const x = call.tensor(0);
  const asked = call.int("output_dtype", 0);
  const type = call.has(2) ? (call.value(2).type ?? uint8) : asked || uint8;
  const [min, max] = rangeOf(type) ?? call.refuse("only results of 8 or 16 bits are supported");
  const rounded = roundHalfEven(x.div(spread(call, call.tensor(1), x)));
  const moved = call.has(2) ? rounded.add(spread(call, call.tensor(2), x)) : rounded;
  return computed(moved.clamp({ min, max }), "int", type);
}

/** (x - zero point) · scale. */
function dequantize(call: Call): Value {
  const { tensor: x, type } = call.value(0);
  if (!rangeOf(type ?? uint8) && type !== int32) call.refuse("only numbers of 8, 16 or 32 bits are supported");
  call.int("output_dtype", 0);
  const scale = spread(call, call.tensor(1), x);
  const centred = call.has(2) ? x.sub(spread(call, call.tensor(2), x)) : x;
  return computed(centred.mul(scale), "float", float32);
}

/** A scale for the range of all numbers, with 0 in it; gives the quantized numbers, the scale and the zero point. */
function quantizeByRange(call: Call): Value[] {
  const x = call.tensor(0);
  const least = x.neg().amax().neg().minimum(0);
  const scale = x.amax().maximum(0).sub(least).div(255);
  const zero = roundHalfEven(least.neg().div(scale).clamp({ min: 0, max: 255 }));
  const y = roundHalfEven(x.div(scale)).add(zero).clamp({ min: 0, max: 255 });
  return [computed(y, "int", uint8), computed(scale, "float", float32), computed(zero, "int", uint8)];
}

/** Scales follow from data that a file was made with: training leaves them as they are. */
export const quantizations: Operators = {
  QuantizeLinear: { buffers: [1], record: quantize },
  DequantizeLinear: { buffers: [1], record: dequantize },
  DynamicQuantizeLinear: { record: quantizeByRange },
};
