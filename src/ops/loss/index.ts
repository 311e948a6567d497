import type { Op } from "../../core/op.ts";
import { crossEntropyOp, nllLossOp } from "./classification.ts";
import { bceWithLogitsOp, l1LossOp, mseLossOp, smoothL1LossOp } from "./regression.ts";

export { crossEntropy, crossEntropyOp, nllLoss, nllLossOp } from "./classification.ts";
export {
  bceWithLogits,
  bceWithLogitsOp,
  type LossOptions,
  l1Loss,
  l1LossOp,
  mseLoss,
  mseLossOp,
  type Reduction,
  smoothL1Loss,
  smoothL1LossOp,
} from "./regression.ts";

/** Every op of the room. */
export const lossOps: readonly Op[] = [
  ...[crossEntropyOp, nllLossOp],
  ...[bceWithLogitsOp, l1LossOp, mseLossOp, smoothL1LossOp],
];
