import type { Op } from "../core/op.ts";
import { geluOp } from "./activation/gelu.ts";
import { eluOp, leakyReluOp, preluOp, relu6Op, reluOp } from "./activation/rectifiers.ts";
import { siluOp } from "./activation/smooth.ts";
import { adaptiveAvgPool2dOp } from "./avg-pool/adaptive-avg-pool.ts";
import { avgPool2dOp } from "./avg-pool/avg-pool.ts";
import { batchNorm2dOp } from "./batch-norm/batch-norm.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { layerNormOp } from "./layer-norm/layer-norm.ts";
import { linearOp } from "./linear/linear.ts";
import { matmulOp } from "./matmul/matmul.ts";
import { maxPool2dOp } from "./max-pool/max-pool.ts";
import { softmaxOp } from "./softmax/softmax.ts";
import { upsampleOp } from "./upsample/upsample.ts";

/** What other tools tell apart when they count: most count by such kinds of layer, not by what is computed. */
export type Family =
  | "convolution"
  | "transposed convolution"
  | "linear"
  | "matmul"
  | "batch norm"
  | "layer norm"
  | "rectifier"
  | "leaky rectifier"
  | "gated unit"
  | "max pooling"
  | "average pooling"
  | "adaptive pooling"
  | "upsampling"
  | "softmax";

/** Of each op that any tool counts as a layer. */
export const families: ReadonlyMap<Op, Family> = new Map<Op, Family>([
  [conv2dOp, "convolution"],
  [convTranspose2dOp, "transposed convolution"],
  [linearOp, "linear"],
  [matmulOp, "matmul"],
  [batchNorm2dOp, "batch norm"],
  [layerNormOp, "layer norm"],
  [reluOp, "rectifier"],
  [preluOp, "rectifier"],
  [relu6Op, "rectifier"],
  [eluOp, "rectifier"],
  [leakyReluOp, "leaky rectifier"],
  [siluOp, "gated unit"],
  [geluOp, "gated unit"],
  [maxPool2dOp, "max pooling"],
  [avgPool2dOp, "average pooling"],
  [adaptiveAvgPool2dOp, "adaptive pooling"],
  [upsampleOp, "upsampling"],
  [softmaxOp, "softmax"],
]);
