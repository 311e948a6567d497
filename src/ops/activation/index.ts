import type { Op } from "../../core/op.ts";
import { erfOp, geluOp } from "./gelu.ts";
import { hardsigmoidOp, hardswishOp } from "./hard.ts";
import { eluOp, leakyReluOp, preluOp, relu6Op, reluOp } from "./rectifiers.ts";
import { sigmoidOp, siluOp, softplusOp, tanhOp } from "./smooth.ts";

export { erf, erfOp, gelu, geluOp } from "./gelu.ts";
export { hardsigmoid, hardsigmoidOp, hardswish, hardswishOp } from "./hard.ts";
export { elu, eluOp, leakyRelu, leakyReluOp, prelu, preluOp, relu, relu6, relu6Op, reluOp } from "./rectifiers.ts";
export { sigmoid, sigmoidOp, silu, siluOp, softplus, softplusOp, tanh, tanhOp } from "./smooth.ts";

/** Every op of the room. */
export const activationOps: readonly Op[] = [
  ...[erfOp, geluOp],
  ...[hardsigmoidOp, hardswishOp],
  ...[eluOp, leakyReluOp, preluOp, relu6Op, reluOp],
  ...[sigmoidOp, siluOp, softplusOp, tanhOp],
];
