import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operator, Operators } from "../operator.ts";
import { computed, type Value } from "../value.ts";

/** Before opset 7 the second input is spread out only from `axis` on, and only where `broadcast` says so. */
function second(call: Call): Tensor {
  const b = call.tensor(1);
  if (call.opset >= 7) return b;
  const axis = call.int("axis", -1);
  const { length } = call.shape(0);
  if (!call.int("broadcast", 0) || axis < 0) return b;
  const after = length - axis - b.dim;
  return after > 0 ? b.reshape([...b.shape, ...new Array<number>(after).fill(1)]) : b;
}

const binary = (apply: (a: Tensor, b: Tensor) => Tensor): Operator => ({
  record: (call) => apply(call.tensor(0), second(call)),
});

const unary = (apply: (x: Tensor) => Tensor): Operator => ({ record: (call) => apply(call.tensor(0)) });

/** Any number of inputs, spread over each other. */
const several = (apply: (a: Tensor, b: Tensor) => Tensor): Operator => ({
  record: (call) => call.inputs.map((_, at) => call.tensor(at)).reduce(apply),
});

/** Whole numbers are divided towards zero. */
function divide(call: Call): Tensor | Value {
  const quotient = call.tensor(0).div(second(call));
  const { kind } = call.value(0);
  return kind === "float" ? quotient : computed(new Tensor(ops.cast(quotient.node, "int32")), kind);
}

/** The rest has the sign of the divisor, or with fmod that of the dividend. */
function modulo(call: Call): Tensor {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  const quotient = a.div(b);
  const whole = call.int("fmod", 0) === 0 ? quotient.floor() : quotient.abs().floor().mul(quotient.sign());
  return a.sub(whole.mul(b));
}

function power(call: Call): Tensor {
  const exponent = call.value(1).numbers;
  return call.tensor(0).pow(exponent?.length === 1 && call.tensor(1).dim === 0 ? exponent[0]! : second(call));
}

export const arithmetic: Operators = {
  Add: binary((a, b) => a.add(b)),
  Sub: binary((a, b) => a.sub(b)),
  Mul: binary((a, b) => a.mul(b)),
  Div: { record: divide },
  Pow: { record: power },
  Mod: { record: modulo },
  Min: several((a, b) => a.minimum(b)),
  Max: several((a, b) => a.maximum(b)),
  Sum: several((a, b) => a.add(b)),
  Mean: {
    record: (call) => {
      const all = call.inputs.map((_, at) => call.tensor(at));
      return all.reduce((a, b) => a.add(b)).div(all.length);
    },
  },
  Sqrt: unary((x) => x.sqrt()),
  Exp: unary((x) => x.exp()),
  Log: unary((x) => x.log()),
  Abs: unary((x) => x.abs()),
  Neg: unary((x) => x.neg()),
  Sign: unary((x) => x.sign()),
  Floor: unary((x) => x.floor()),
  Ceil: unary((x) => x.neg().floor().neg()),
  Reciprocal: unary((x) => x.pow(-1)),
};
