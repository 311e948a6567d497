import { full } from "../../../../tensor/index.ts";
import { realTensor } from "../../../stored-tensor.ts";
import { storedTensor } from "../../tensor.ts";
import { type Call, list } from "../call.ts";
import { kindOf, knownOf } from "../known-tensor.ts";
import type { Operators } from "../operator.ts";
import { computed, known, mostKnown, type Value } from "../value.ts";
import { rangeOf, wrapped } from "./integers.ts";

function constant(call: Call): Value {
  const tensor = call.stored("value");
  if (tensor) return knownOf(realTensor("value", storedTensor(tensor)), tensor.dataType);
  const floats = call.floats("value_floats");
  if (floats) return known(floats, [floats.length], "float");
  const ints = call.ints("value_ints");
  if (ints) return list(ints);
  const single = call.node.attribute[0]?.name;
  if (single === "value_float") return known([call.float(single, 0)], [], "float");
  if (single === "value_int") return known([call.int(single, 0)], [], "int");
  return call.fail(`its attribute ${single ?? "value"} is not supported`);
}

/**
 * Types are float32 where they are fractions; whole numbers are cut towards zero, and to the bits of small types. Those that
 * are computed end at the bounds of int32.
 */
function castTo(call: Call, type: number): Value {
  const { tensor, kind: from, numbers } = call.value(0);
  const kind = kindOf(type);
  if (kind === "int" && numbers && !rangeOf(type)) return known(numbers.map(Math.trunc), tensor.shape, kind, type);
  if (kind === "bool") return computed(tensor.ne(0), kind, type);
  if (kind === "float") return computed(tensor.to("float32"), kind, type);
  const whole = from === "float" ? tensor.to("int32") : tensor;
  return computed(wrapped(whole, type), kind, type);
}

function cast(call: Call): Value {
  call.int("saturate", 1);
  return castTo(call, call.int("to", 1));
}

function castLike(call: Call): Value {
  call.int("saturate", 1);
  const { type, kind } = call.value(1);
  return castTo(call, type ?? (kind === "float" ? 1 : kind === "bool" ? 9 : 7));
}

/** Sizes are known, whatever the numbers are. */
function shape(call: Call): Value {
  const sizes = call.shape(0);
  const start = call.int("start", 0);
  const end = call.int("end", sizes.length);
  return list(sizes.slice(start, end));
}

export const constants: Operators = {
  Constant: { record: constant },
  ConstantOfShape: {
    plain: [0],
    record(call) {
      const tensor = call.stored("value");
      const one = tensor ? knownOf(realTensor("value", storedTensor(tensor)), tensor.dataType) : null;
      return computed(full(call.numbers(0), one?.numbers?.[0] ?? 0), one?.kind ?? "float", one?.type);
    },
  },
  Shape: { record: shape },
  Size: { record: (call) => known([call.tensor(0).numel], [], "int") },
  Range: {
    plain: [0, 1, 2],
    record(call) {
      const [start, limit, delta] = [0, 1, 2].map((at) => call.numbers(at)[0]!) as [number, number, number];
      const count = Math.max(Math.ceil((limit - start) / delta), 0);
      if (!(count <= mostKnown))
        call.fail(`gives at most ${mostKnown} numbers, and not from ${start} to ${limit} by ${delta}`);
      const numbers = Float64Array.from({ length: count }, (_, at) => start + at * delta);
      return known(numbers, [count], call.value(0).kind, call.value(0).type);
    },
  },
  Cast: { record: cast },
  CastLike: { record: castLike },
  Identity: { record: (call) => call.value(0) },
};
