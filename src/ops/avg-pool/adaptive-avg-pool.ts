import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, CompositionOp } from "../../core/op.ts";
import { numel, type TensorType } from "../../core/shape.ts";
import { pairOf } from "../pooling.ts";
import type { AxisMap } from "../resample/axis-map.ts";
import { resample2d } from "../resample/resample.ts";

export const adaptiveMap = ({ shape }: TensorType, attributes: Attributes, axis: 0 | 1): AxisMap => [
  "adaptive",
  shape.at(axis - 2)!,
  (attributes.outputSize as readonly number[])[axis]!,
];

export const adaptiveAvgPool2dOp: CompositionOp = {
  kind: "composition",
  name: "adaptiveAvgPool2d",
  check([input]) {
    const { shape } = input!;
    if ((shape.length !== 3 && shape.length !== 4) || numel(shape.slice(-2)) === 0) {
      throw new ShapeError("adaptiveAvgPool2d", "needs [N, C, H, W] or [C, H, W] with at least one pixel", {
        input: shape,
      });
    }
  },
  body: ([x], attributes) => resample2d(x!, adaptiveMap(x!, attributes, 0), adaptiveMap(x!, attributes, 1)),
};

/**
 * [N, C, H, W] → [N, C, H', W'] for `outputSize` [H', W'] (null keeps an axis): output i is the mean of the inputs from
 * ⌊i·H / H'⌋ to ⌈(i + 1)·H / H'⌉ - 1.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * adaptiveAvgPool2d(dataNode(new Float32Array(98), [1, 2, 7, 7]), 1).shape; // [1, 2, 1, 1]
 */
export function adaptiveAvgPool2d(x: Node, outputSize: number | readonly [number | null, number | null]): Node {
  const [height, width] = typeof outputSize === "number" ? [outputSize, outputSize] : outputSize;
  const size = [height ?? x.shape.at(-2) ?? 1, width ?? x.shape.at(-1) ?? 1];
  return record(adaptiveAvgPool2dOp, [x], { outputSize: pairOf("adaptiveAvgPool2d", "outputSize", size, 1) });
}
