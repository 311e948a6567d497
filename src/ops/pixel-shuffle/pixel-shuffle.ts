import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { CompositionOp } from "../../core/op.ts";
import { permute } from "../permute/permute.ts";
import { reshape } from "../reshape/reshape.ts";

export const pixelShuffleOp: CompositionOp = {
  kind: "composition",
  name: "pixelShuffle",
  check([input], attributes) {
    const r = attributes.upscaleFactor as number;
    const { shape } = input!;
    if (shape.length < 3 || shape.at(-3)! % (r * r) !== 0) {
      throw new ShapeError("pixelShuffle", `needs [N, C, H, W] with C divisible by ${r * r}`, { input: shape });
    }
  },
  body([x], attributes) {
    const r = attributes.upscaleFactor as number;
    const lead = x!.shape.slice(0, -3);
    const [channels, height, width] = x!.shape.slice(-3) as [number, number, number];
    const c = channels / (r * r);
    const at = lead.length;
    const apart = reshape(x!, [...lead, c, r, r, height, width]);
    const order = [...lead.keys(), at, at + 3, at + 1, at + 4, at + 2];
    return reshape(permute(apart, order), [...lead, c, height * r, width * r]);
  },
};

export const pixelUnshuffleOp: CompositionOp = {
  kind: "composition",
  name: "pixelUnshuffle",
  check([input], attributes) {
    const r = attributes.downscaleFactor as number;
    const { shape } = input!;
    if (shape.length < 3 || shape.at(-2)! % r !== 0 || shape.at(-1)! % r !== 0) {
      throw new ShapeError("pixelUnshuffle", `needs [N, C, H, W] with H and W divisible by ${r}`, { input: shape });
    }
  },
  body([x], attributes) {
    const r = attributes.downscaleFactor as number;
    const lead = x!.shape.slice(0, -3);
    const [c, height, width] = x!.shape.slice(-3) as [number, number, number];
    const at = lead.length;
    const apart = reshape(x!, [...lead, c, height / r, r, width / r, r]);
    const order = [...lead.keys(), at, at + 2, at + 4, at + 1, at + 3];
    return reshape(permute(apart, order), [...lead, c * r * r, height / r, width / r]);
  },
};

/**
 * [N, C·r², H, W] → [N, C, H·r, W·r]: each group of r² channels becomes a block of r × r pixels (ESPCN's last layer).
 * @throws ShapeError when the channels are not divisible by r².
 * @example
 * import { dataNode } from "../../core/node.ts";
 * pixelShuffle(dataNode(new Float32Array(72), [1, 18, 2, 2]), 3).shape; // [1, 2, 6, 6]
 */
export function pixelShuffle(x: Node, upscaleFactor: number): Node {
  return record(pixelShuffleOp, [x], { upscaleFactor: needFactor("pixelShuffle", upscaleFactor) });
}

/** [N, C, H·r, W·r] → [N, C·r², H, W]: the inverse of pixelShuffle. @throws ShapeError unless r divides H and W. */
export function pixelUnshuffle(x: Node, downscaleFactor: number): Node {
  return record(pixelUnshuffleOp, [x], { downscaleFactor: needFactor("pixelUnshuffle", downscaleFactor) });
}

function needFactor(name: string, factor: number): number {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new ArgumentError(`${name}: needs a whole factor of at least 1, got ${factor}`);
  }
  return factor;
}
