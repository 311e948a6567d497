import type { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operator, Operators } from "../operator.ts";
import type { Value } from "../value.ts";
import { asFirst, roundHalfEven, truncated } from "./integers.ts";

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
  record: (call) => asFirst(call, apply(call.tensor(0), second(call))),
});

const unary = (apply: (x: Tensor) => Tensor): Operator => ({ record: (call) => apply(call.tensor(0)) });

/** Any number of inputs, spread over each other. */
const several = (apply: (a: Tensor, b: Tensor) => Tensor): Operator => ({
  record: (call) => call.inputs.slice(1).reduce((sum, _, at) => apply(sum, call.tensor(at + 1)), call.tensor(0)),
});

/** Whole numbers are divided towards zero. */
function divide(call: Call): Tensor | Value {
  const quotient = call.tensor(0).div(second(call));
  return call.value(0).kind === "float" ? quotient : asFirst(call, truncated(quotient));
}

/** A whole base gives whole numbers, whatever the exponent is. */
function power(call: Call): Tensor | Value {
  const [base, exponent] = [call.value(0), call.value(1)];
  const single = exponent.numbers?.length === 1 && call.tensor(1).dim === 0;
  const y = base.tensor.pow(single ? exponent.numbers[0]! : second(call));
  if (base.kind === "float") return y;
  // A power is not computed exactly, but nearly.
  return asFirst(call, exponent.kind === "float" ? truncated(y.add(y.sign().mul(1e-3))) : roundHalfEven(y));
}

/** The rest has the sign of the divisor, or with fmod that of what is divided. */
function modulo(call: Call): Tensor | Value {
  const [a, b] = [call.tensor(0).to("float32"), call.tensor(1)];
  const quotient = a.div(b);
  const whole = call.int("fmod", 0) === 0 ? quotient.floor() : truncated(quotient);
  return asFirst(call, a.sub(whole.mul(b)));
}

export const arithmetic: Operators = {
  Add: binary((a, b) => a.add(b)),
  Sub: binary((a, b) => a.sub(b)),
  Mul: binary((a, b) => a.mul(b)),
  Div: { record: divide },
  Pow: { record: power },
  Min: several((a, b) => a.minimum(b)),
  Max: several((a, b) => a.maximum(b)),
  Sum: several((a, b) => a.add(b)),
  Mean: {
    record: (call) => {
      const all = [call.tensor(0), ...call.inputs.slice(1).map((_, at) => call.tensor(at + 1))];
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
  Round: unary(roundHalfEven),
  Mod: { record: modulo },
  Reciprocal: unary((x) => x.pow(-1)),
};
