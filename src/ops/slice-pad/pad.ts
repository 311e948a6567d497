import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { CompositionOp } from "../../core/op.ts";
import { type AxisMap, identityMap } from "../resample/axis-map.ts";
import { resample2d } from "../resample/resample.ts";
import { constantPad } from "./constant-pad.ts";

export type PadMode = "constant" | "reflect" | "replicate";

/** Sizes for each dimension from PyTorch's list, which begins with the last dimension. */
function perAxis(pad: readonly number[], rank: number): { before: number[]; after: number[] } {
  const before = new Array<number>(rank).fill(0);
  const after = before.slice();
  for (let pair = 0; pair < pad.length / 2; pair++) {
    before[rank - 1 - pair] = pad[2 * pair]!;
    after[rank - 1 - pair] = pad[2 * pair + 1]!;
  }
  return { before, after };
}

export function paddingMap(mode: string, pad: readonly number[], size: number, pair: number): AxisMap {
  const before = pad[2 * pair] ?? 0;
  const after = pad[2 * pair + 1] ?? 0;
  return before === 0 && after === 0 ? identityMap(size) : [mode, size, size + before + after, before];
}

export const padOp: CompositionOp = {
  kind: "composition",
  name: "pad",
  check([input], attributes) {
    const pad = attributes.pad as readonly number[];
    const { shape } = input!;
    if (pad.length % 2 !== 0 || pad.length > 2 * shape.length || !pad.every(Number.isInteger)) {
      throw new ShapeError("pad", "needs a pair of whole numbers for each padded dimension, the last dimension first", {
        pad,
        input: shape,
      });
    }
    if (attributes.mode === "constant") return;
    if (pad.length > 4 || shape.length < 2) {
      throw new ShapeError("pad", `needs ${attributes.mode} padding on the last two dimensions only`, {
        pad,
        input: shape,
      });
    }
    for (const [at, size] of pad.entries()) {
      const axis = shape.length - 1 - (at >> 1);
      const limit = attributes.mode === "reflect" ? shape[axis]! - 1 : Number.POSITIVE_INFINITY;
      if (size < 0 || size > limit || shape[axis]! < 1) {
        throw new ShapeError("pad", `needs ${attributes.mode} padding from 0 to ${limit} for dimension ${axis}`, {
          pad,
          input: shape,
        });
      }
    }
  },
  body([x], attributes) {
    const pad = attributes.pad as readonly number[];
    if (attributes.mode === "constant") {
      const { before, after } = perAxis(pad, x!.shape.length);
      return constantPad(x!, before, after, attributes.value as number);
    }
    const [height, width] = x!.shape.slice(-2) as [number, number];
    const mode = attributes.mode as string;
    return resample2d(x!, paddingMap(mode, pad, height, 1), paddingMap(mode, pad, width, 0));
  },
};

/**
 * Pads the last dimensions: `pad` is [left, right, top, bottom, …], PyTorch's order. `constant` fills with `value` and
 * takes negative sizes as a crop; `reflect` mirrors without repeating the edge, `replicate` repeats the edge.
 * @throws ShapeError for a list that does not fit, or a reflection longer than the input.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * pad(dataNode(new Float32Array(12), [1, 1, 3, 4]), [1, 2, 0, 1], "reflect").shape; // [1, 1, 4, 7]
 */
export function pad(x: Node, pad: readonly number[], mode: PadMode = "constant", value = 0): Node {
  if (!["constant", "reflect", "replicate"].includes(mode)) {
    throw new ArgumentError(`pad: needs mode "constant", "reflect" or "replicate", got "${mode}"`);
  }
  return record(padOp, [x], { pad, mode, value });
}
