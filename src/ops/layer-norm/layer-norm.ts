import { ShapeError } from "../../core/errors.ts";
import { type Node, record } from "../../core/node.ts";
import type { Attributes, CompositionOp } from "../../core/op.ts";
import { type Shape, sameShape } from "../../core/shape.ts";
import { add, constant, div, mul, pow, sqrt, sub } from "../elementwise/index.ts";
import { mean } from "../reduce/index.ts";
import { reshape } from "../reshape/reshape.ts";

export const normalizedDims = (attributes: Attributes) => attributes.dims as readonly number[];

/** Attributes: `dims` that are normalised together, ascending, `eps`, `affine`. Inputs: x, then weight and bias if affine. */
export const layerNormOp: CompositionOp = {
  kind: "composition",
  name: "layerNorm",
  body([x, weight, bias], attributes) {
    const dims = normalizedDims(attributes);
    const centred = sub(x!, mean(x!, dims, true));
    const variance = mean(pow(centred, 2), dims, true);
    const normal = div(centred, sqrt(add(variance, constant(attributes.eps as number))));
    if (!weight || !bias) return normal;
    // Sizes from the first normalised dimension on; the others broadcast.
    const sizes = x!.shape.slice(dims[0]).map((size, index) => (dims.includes(dims[0]! + index) ? size : 1));
    return add(mul(normal, reshape(weight, sizes)), reshape(bias, sizes));
  },
};

/** Weight and bias of the normalised shape, or null for both. */
export interface LayerNormOptions {
  weight?: Node | null;
  bias?: Node | null;
  eps?: number;
}

/**
 * Layer normalisation over the last dimensions, which have the sizes `normalizedShape`: (x - mean) / √(variance + eps) ·
 * weight + bias, with the mean and biased variance of each sample.
 * @throws ShapeError unless x ends with normalizedShape, and weight and bias have it.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * layerNorm(dataNode(new Float32Array(24), [2, 3, 4]), [4]).shape; // [2, 3, 4]
 */
export function layerNorm(x: Node, normalizedShape: Shape, options: LayerNormOptions = {}): Node {
  const first = x.shape.length - normalizedShape.length;
  if (normalizedShape.length === 0 || first < 0 || !sameShape(x.shape.slice(first), normalizedShape)) {
    throw new ShapeError("layerNorm", `needs an input that ends with [${normalizedShape.join(", ")}]`, {
      input: x.shape,
    });
  }
  return normalised(
    x,
    normalizedShape.map((_, index) => first + index),
    normalizedShape,
    options,
  );
}

/**
 * Layer normalisation of [N, C, H, W] over the channels of each pixel, as ConvNeXt has it; weight and bias are [C].
 * @throws ShapeError for another rank, or weights of another size.
 * @example
 * import { dataNode } from "../../core/node.ts";
 * layerNorm2d(dataNode(new Float32Array(24), [1, 6, 2, 2])).shape; // [1, 6, 2, 2]
 */
export function layerNorm2d(x: Node, options: LayerNormOptions = {}): Node {
  if (x.shape.length !== 4) throw new ShapeError("layerNorm", "needs [N, C, H, W]", { input: x.shape });
  return normalised(x, [1], [x.shape[1]!], options);
}

function normalised(x: Node, dims: readonly number[], shape: Shape, options: LayerNormOptions): Node {
  const { weight, bias, eps = 1e-5 } = options;
  if (!weight !== !bias) throw new ShapeError("layerNorm", "needs weight and bias together, or neither");
  const affine = weight && bias ? [weight, bias] : [];
  for (const each of affine) {
    if (!sameShape(each.shape, shape)) {
      throw new ShapeError("layerNorm", `needs weight and bias of shape [${shape.join(", ")}]`, { one: each.shape });
    }
  }
  return record(layerNormOp, [x, ...affine], { dims, eps, affine: affine.length > 0 });
}
