import * as ops from "../ops/index.ts";
import { Tensor } from "../tensor/index.ts";
import { LayerNorm } from "./layer-norm.ts";

/**
 * Layer normalisation of [N, C, H, W] over the C channels of each pixel; weight and bias are [C]. Pixels stay apart, so
 * receptive fields do not grow.
 * @example
 * import { nn, zeros } from "convsmith";
 * console.log(new nn.LayerNorm2d(96, { eps: 1e-6 }).forward(zeros([1, 96, 7, 7])).shape); // [1, 96, 7, 7]
 */
export class LayerNorm2d extends LayerNorm {
  override forward(x: Tensor): Tensor {
    const { eps, weight, bias } = this;
    return new Tensor(ops.layerNorm2d(x.node, { eps, weight: weight?.node ?? null, bias: bias?.node ?? null }));
  }
}
