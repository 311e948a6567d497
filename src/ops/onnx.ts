import type { OnnxRule } from "../core/onnx.ts";
import type { Op } from "../core/op.ts";
import * as activation from "./activation/activation.onnx.ts";
import * as activations from "./activation/index.ts";
import { convTranspose2dOp } from "./convolution/conv-transpose2d.ts";
import { conv2dOp } from "./convolution/conv2d.ts";
import { conv2dOnnx, convTranspose2dOnnx } from "./convolution/convolution.onnx.ts";
import { linearOnnx } from "./linear/linear.onnx.ts";
import { linearOp } from "./linear/linear.ts";
import { maxPool2dOnnx } from "./max-pool/max-pool.onnx.ts";
import { maxPool2dOp } from "./max-pool/max-pool.ts";
import { pixelShuffleOnnx, pixelUnshuffleOnnx } from "./pixel-shuffle/pixel-shuffle.onnx.ts";
import { pixelShuffleOp, pixelUnshuffleOp } from "./pixel-shuffle/pixel-shuffle.ts";
import { flattenOnnx, reshapeOnnx, squeezeOnnx, unsqueezeOnnx } from "./reshape/reshape.onnx.ts";
import { flattenOp, reshapeOp, squeezeOp, unsqueezeOp } from "./reshape/reshape.ts";

/** How each op is written to ONNX; one line a room. A composition that is not here is written as its body. */
export const onnxRules: ReadonlyMap<Op, OnnxRule> = new Map<Op, OnnxRule>([
  ...([
    [activations.erfOp, activation.erfOnnx],
    [activations.geluOp, activation.geluOnnx],
    [activations.hardsigmoidOp, activation.hardsigmoidOnnx],
    [activations.hardswishOp, activation.hardswishOnnx],
    [activations.eluOp, activation.eluOnnx],
    [activations.leakyReluOp, activation.leakyReluOnnx],
    [activations.preluOp, activation.preluOnnx],
    [activations.relu6Op, activation.relu6Onnx],
    [activations.reluOp, activation.reluOnnx],
    [activations.sigmoidOp, activation.sigmoidOnnx],
    [activations.siluOp, activation.siluOnnx],
    [activations.softplusOp, activation.softplusOnnx],
    [activations.tanhOp, activation.tanhOnnx],
  ] as const),
  ...([
    [conv2dOp, conv2dOnnx],
    [convTranspose2dOp, convTranspose2dOnnx],
  ] as const),
  [linearOp, linearOnnx],
  [maxPool2dOp, maxPool2dOnnx],
  ...([
    [pixelShuffleOp, pixelShuffleOnnx],
    [pixelUnshuffleOp, pixelUnshuffleOnnx],
  ] as const),
  ...([
    [flattenOp, flattenOnnx],
    [reshapeOp, reshapeOnnx],
    [squeezeOp, squeezeOnnx],
    [unsqueezeOp, unsqueezeOnnx],
  ] as const),
]);
