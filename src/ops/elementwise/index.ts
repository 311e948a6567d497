import type { Op } from "../../core/op.ts";
import { addOp, divOp, mulOp, negOp, subOp } from "./arithmetic.ts";
import { eqOp, leOp, ltOp, neOp, whereOp } from "./compare.ts";
import { castOp, constantOp, detachOp } from "./constant.ts";
import { clampOp, maximumOp, minimumOp } from "./extremes.ts";
import { absOp, expOp, floorOp, logOp, signOp, sqrtOp } from "./functions.ts";
import { powNumberOp, powOp } from "./pow.ts";

export { add, addOp, div, divOp, mul, mulOp, neg, negOp, sub, subOp } from "./arithmetic.ts";
export { eq, eqOp, ge, gt, le, leOp, lt, ltOp, ne, neOp, where, whereOp } from "./compare.ts";
export { cast, castOp, constant, constantOp, detach, detachOp, float, full } from "./constant.ts";
export { clamp, clampOp, maximum, maximumOp, minimum, minimumOp } from "./extremes.ts";
export {
  abs,
  absOp,
  exp,
  expOp,
  floor,
  floorOp,
  log,
  logOp,
  sign,
  signOp,
  sqrt,
  sqrtOp,
} from "./functions.ts";
export { pow, powNumberOp, powOp } from "./pow.ts";

/** Every op of the room. */
export const elementwiseOps: readonly Op[] = [
  addOp,
  subOp,
  mulOp,
  divOp,
  negOp,
  eqOp,
  neOp,
  ltOp,
  leOp,
  whereOp,
  constantOp,
  castOp,
  detachOp,
  maximumOp,
  minimumOp,
  clampOp,
  absOp,
  signOp,
  expOp,
  logOp,
  sqrtOp,
  floorOp,
  powOp,
  powNumberOp,
];
