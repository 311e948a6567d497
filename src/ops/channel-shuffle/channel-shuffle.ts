import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { CompositionOp } from "../../core/op.ts";
import { transpose } from "../permute/permute.ts";
import { reshape } from "../reshape/reshape.ts";

export const channelShuffleOp: CompositionOp = {
  kind: "composition",
  name: "channelShuffle",
  check([input], { groups }) {
    const { shape } = input!;
    if (shape.length !== 4 || shape[1]! % (groups as number) !== 0) {
      throw new ShapeError("channelShuffle", `needs [N, C, H, W] with C divisible by ${groups}`, { input: shape });
    }
  },
  body([x], attributes) {
    const groups = attributes.groups as number;
    const [batch, channels, ...plane] = x!.shape as [number, number, number, number];
    const apart = reshape(x!, [batch, groups, channels / groups, ...plane]);
    return reshape(transpose(apart, 1, 2), x!.shape);
  },
};

/**
 * [N, C, H, W] → [N, C, H, W]: the channels of `groups` groups dealt out in turn, as ShuffleNet does between grouped
 * convolutions.
 * @throws ShapeError when the channels are not divisible by the groups.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * channelShuffle(dataNode(new Float32Array(24), [1, 6, 2, 2]), 2).shape; // [1, 6, 2, 2]: channels 0, 3, 1, 4, 2, 5
 */
export function channelShuffle(x: Node, groups: number): Node {
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ArgumentError(`channelShuffle: groups needs a whole number from 1, got ${groups}`);
  }
  return record(channelShuffleOp, [x], { groups });
}
