import { ArgumentError, ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, CompositionOp } from "../../core/op.ts";
import type { TensorType } from "../../core/shape.ts";
import type { AxisMap } from "../resample/axis-map.ts";
import { resample2d } from "../resample/resample.ts";

export type InterpolationMode = "nearest" | "bilinear" | "bicubic";

/** Axis 0 is height. */
export function upsampleMap({ shape }: TensorType, attributes: Attributes, axis: 0 | 1): AxisMap {
  const input = shape.at(axis - 2)!;
  const scale = (attributes.scaleFactor as readonly number[] | null)?.[axis];
  const output = (attributes.size as readonly number[] | null)?.[axis] ?? Math.floor(input * scale!);
  if (attributes.mode === "nearest") return ["nearest", input, output, scale ?? 0];
  return [attributes.mode as string, input, output, scale ?? 0, attributes.alignCorners as boolean];
}

export const upsampleOp: CompositionOp = {
  kind: "composition",
  name: "upsample",
  check([input], attributes) {
    const { shape } = input!;
    if (shape.length < 3 || shape.at(-1)! < 1 || shape.at(-2)! < 1) {
      throw new ShapeError("interpolate", "needs [N, C, H, W] with at least one pixel", { input: shape });
    }
    if (([0, 1] as const).some((axis) => upsampleMap(input!, attributes, axis)[2] < 1)) {
      throw new ShapeError("interpolate", "needs a scale factor that leaves at least one pixel", {
        scaleFactor: attributes.scaleFactor,
        input: shape,
      });
    }
  },
  body: ([x], attributes) => resample2d(x!, upsampleMap(x!, attributes, 0), upsampleMap(x!, attributes, 1)),
};

/**
 * [N, C, H, W] → [N, C, H', W'], to `size` or by `scaleFactor` (the size is then rounded down, and the factor is used as
 * given, as PyTorch does without recompute_scale_factor). Bicubic is Keys' kernel with a = -0.75, the edge repeated.
 * With `alignCorners` the centres of the corner pixels stay where they are.
 * @throws ArgumentError unless exactly one of size and scaleFactor is given, or alignCorners comes with "nearest".
 * @example
 * import { dataNode } from "../../core/node.ts";
 * interpolate(dataNode(new Float32Array(9), [1, 1, 3, 3]), { scaleFactor: 2, mode: "bicubic" }).shape; // [1, 1, 6, 6]
 */
export function interpolate(
  x: Node,
  options: {
    size?: number | readonly [number, number];
    scaleFactor?: number | readonly [number, number];
    mode?: InterpolationMode;
    alignCorners?: boolean;
  },
): Node {
  const { size, scaleFactor, mode = "nearest", alignCorners = false } = options;
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ArgumentError(`interpolate: needs size or scaleFactor, got ${size === undefined ? "neither" : "both"}`);
  }
  if (!["nearest", "bilinear", "bicubic"].includes(mode)) {
    throw new ArgumentError(`interpolate: needs mode "nearest", "bilinear" or "bicubic", got "${mode}"`);
  }
  if (alignCorners && mode === "nearest") {
    throw new ArgumentError('interpolate: alignCorners has no meaning for mode "nearest". Leave it out.');
  }
  const pair = (value: number | readonly [number, number] | undefined) =>
    value === undefined ? null : typeof value === "number" ? [value, value] : value;
  const numbers = pair(size) ?? pair(scaleFactor)!;
  if (numbers.some((each) => !(each > 0 && Number.isFinite(each)) || (size !== undefined && !Number.isInteger(each)))) {
    throw new ArgumentError(`interpolate: needs sizes and factors above 0, sizes whole, got [${numbers.join(", ")}]`);
  }
  return record(upsampleOp, [x], { size: pair(size), scaleFactor: pair(scaleFactor), mode, alignCorners });
}
