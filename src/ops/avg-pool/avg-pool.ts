import { ArgumentError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, CompositionOp } from "../../core/op.ts";
import type { Shape } from "../../core/shape.ts";
import { type Pair, pairOf, pooledShape, type Windows } from "../pooling.ts";
import type { AxisMap } from "../resample/axis-map.ts";
import { resample2d } from "../resample/resample.ts";

export function avgPoolWindows(attributes: Attributes): [Windows, Windows] {
  const { kernelSize, stride, padding, ceilMode } = attributes as unknown as {
    kernelSize: Pair;
    stride: Pair;
    padding: Pair;
    ceilMode: boolean;
  };
  const along = (axis: 0 | 1): Windows => ({
    kernel: kernelSize[axis],
    stride: stride[axis],
    padding: padding[axis],
    dilation: 1,
    ceilMode,
  });
  return [along(0), along(1)];
}

const outputShape = (input: Shape, attributes: Attributes) =>
  pooledShape("avgPool2d", input, avgPoolWindows(attributes));

export const avgPool2dOp: CompositionOp = {
  kind: "composition",
  name: "avgPool2d",
  body([x], attributes) {
    const output = outputShape(x!.shape, attributes);
    const override = attributes.divisorOverride as number | null;
    const both = attributes.countIncludePad ? "include" : "exclude";
    const maps = avgPoolWindows(attributes).map(({ kernel, stride, padding }, axis): AxisMap => {
      const divisor = override === null ? both : axis === 0 ? 1 : override;
      return ["pool", x!.shape.at(axis - 2)!, output.at(axis - 2)!, kernel, stride, padding, divisor];
    });
    return resample2d(x!, maps[0]!, maps[1]!);
  },
};

/**
 * [N, C, H, W] → [N, C, H', W']: the mean of each window, H' = ⌊(H + 2·padding - kernel) / stride⌋ + 1 (⌈…⌉ with
 * ceilMode). Padding counts as zeros unless `countIncludePad` is false; `divisorOverride` divides by that number instead.
 * @throws ShapeError where no window fits.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * avgPool2d(dataNode(new Float32Array(16), [1, 1, 4, 4]), 2).shape; // [1, 1, 2, 2]
 */
export function avgPool2d(
  x: Node,
  kernelSize: number | Pair,
  options: {
    stride?: number | Pair;
    padding?: number | Pair;
    ceilMode?: boolean;
    countIncludePad?: boolean;
    divisorOverride?: number | null;
  } = {},
): Node {
  const {
    stride = kernelSize,
    padding = 0,
    ceilMode = false,
    countIncludePad = true,
    divisorOverride = null,
  } = options;
  if (divisorOverride === 0) throw new ArgumentError("avgPool2d: needs a divisorOverride other than 0");
  return record(avgPool2dOp, [x], {
    kernelSize: pairOf("avgPool2d", "kernelSize", kernelSize, 1),
    stride: pairOf("avgPool2d", "stride", stride, 1),
    padding: pairOf("avgPool2d", "padding", padding, 0),
    ceilMode,
    countIncludePad,
    divisorOverride,
  });
}
