import type { Node } from "../../core/node.ts";
import { families } from "../../ops/families.ts";
import type { Convention } from "./convention.ts";
import { biasAdditions, inputs, multiplyAccumulates, outputs, windowSize } from "./measures.ts";

/** TensorFlow's profiler, as google-research/receptive_field prints it. */
export const google: Convention = {
  name: "google",
  prints: ["flops"],
  meaning:
    "2 for each multiply-accumulate, 1 for each bias, and the window's size for each pooled output; activations and batch norm 0",
  count: (node) => {
    const macs = multiplyAccumulates(node);
    return { macs, flops: 2 * macs + biasAdditions(node) + pooled(node) };
  },
};

function pooled(node: Node): number {
  switch (families.get(node.op)) {
    case "max pooling":
    case "average pooling":
      return outputs(node) * windowSize(node);
    case "adaptive pooling":
      return inputs(node);
    default:
      return 0;
  }
}
