import type { Node } from "../../core/node.ts";
import { families } from "../../ops/families.ts";
import type { Convention } from "./convention.ts";
import { affineTimes, inputs, multiplyAccumulates, outputs } from "./measures.ts";

/** fvcore's FlopCountAnalysis, which timm and detectron2 use. */
export const fvcore: Convention = {
  name: "fvcore",
  prints: ["flops"],
  meaning: "a multiply-add is 1 FLOP; biases are 0; batch norm 2 an element, layer norm 5; adaptive pooling its inputs",
  count: (node) => {
    const macs = multiplyAccumulates(node);
    return { macs, flops: macs + others(node) };
  },
};

/** Activations, other poolings and arithmetic are unsupported ops: 0, with a warning. */
function others(node: Node): number {
  switch (families.get(node.op)) {
    case "batch norm":
      return node.attributes.training === true ? affineTimes(node, 5, 4) : affineTimes(node, 2, 1);
    case "layer norm":
      return affineTimes(node, 5, 4);
    case "adaptive pooling":
      return inputs(node);
    case "upsampling":
      return (
        outputs(node) * (({ nearest: 1, bilinear: 4 } as Record<string, number>)[String(node.attributes.mode)] ?? 0)
      );
    default:
      return 0;
  }
}
