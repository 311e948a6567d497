import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, PrimitiveOp } from "../../core/op.ts";
import { float } from "../elementwise/index.ts";
import { type AxisMap, type AxisTable, axisTable, ruleOf } from "./axis-map.ts";

/** The tables of height and width. */
export function resampleTables(attributes: Attributes): [height: AxisTable, width: AxisTable] {
  const transposed = attributes.transposed as boolean;
  return [
    axisTable(attributes.mapH as unknown as AxisMap, transposed),
    axisTable(attributes.mapW as unknown as AxisMap, transposed),
  ];
}

/** A linear map of the last two axes that treats height and width apart: scaling, average pooling, mirrored borders. */
export const resample2dOp: PrimitiveOp = {
  kind: "primitive",
  name: "resample2d",
  shape([input], attributes) {
    const [height, width] = [attributes.mapH, attributes.mapW] as unknown as [AxisMap, AxisMap];
    const [from, to] = attributes.transposed ? ([2, 1] as const) : ([1, 2] as const);
    const { shape } = input!;
    if (shape.at(-2) !== height[from] || shape.at(-1) !== width[from]) {
      throw new ShapeError("resample2d", `needs [N, C, ${height[from]}, ${width[from]}]`, { input: shape });
    }
    // Their tables are made when kernels need them.
    ruleOf(height);
    ruleOf(width);
    return [...shape.slice(0, -2), height[to], width[to]];
  },
  gradient({ attributes }, gradOutput) {
    return [record(resample2dOp, [gradOutput], { ...attributes, transposed: !attributes.transposed })];
  },
};

/** [N, C, H, W] → [N, C, H', W'] by a map for each axis. @throws ShapeError when the maps are for another size. */
export function resample2d(x: Node, mapH: AxisMap, mapW: AxisMap): Node {
  return record(resample2dOp, [float(x)], { mapH, mapW, transposed: false });
}

/** x with the elements of the last two dimensions in reverse order, where asked. */
export function flip(x: Node, dims: readonly number[]): Node {
  const axes: readonly number[] = dims.map((dim) => (dim < 0 ? dim : dim - x.shape.length));
  if (!axes.every((axis) => axis === -1 || axis === -2) || x.shape.length < 2) {
    throw new ShapeError("flip", "needs dimensions among the last two", { dims, input: x.shape });
  }
  const map = (axis: -1 | -2): AxisMap => {
    const size = x.shape.at(axis)!;
    return [axes.includes(axis) ? "flip" : "identity", size, size];
  };
  return resample2d(x, map(-2), map(-1));
}
