import type { Node } from "../core/node.ts";
import { add, mul } from "../ops/index.ts";
import type { Update } from "./optimizer.ts";

/** The gradient of the loss plus weightDecay / 2 · |value|². */
export function decayed(update: Update<unknown>, weightDecay: number): Node {
  if (weightDecay === 0) return update.grad;
  return add(update.grad, mul(update.value, update.argument("weightDecay", weightDecay)));
}
