import type { Node } from "../core/node.ts";
import * as ops from "../ops/index.ts";
import { resample2dOp } from "../ops/resample/resample.ts";
import type { GoldenOp } from "./golden-attributes.ts";

type Pair = number | [number, number];

/** How the golden cases of pictures are recorded. */
export const spatialGoldenOps: Readonly<Record<string, GoldenOp>> = {
  adaptive_avg_pool2d: ({ input }, a) => ({ output: ops.adaptiveAvgPool2d(input!, a.get<Pair>("output_size")) }),
  avg_pool2d: ({ input }, a) => ({
    output: ops.avgPool2d(input!, a.get<Pair>("kernel_size"), {
      stride: a.get<Pair>("stride", a.get<Pair>("kernel_size")),
      padding: a.get<Pair>("padding", 0),
      ceilMode: a.get("ceil_mode", false),
      countIncludePad: a.get("count_include_pad", true),
    }),
  }),
  cat: ({ input, other }, a) => ({ output: ops.cat([input!, other!], a.get("dim")) }),
  conv2d: ({ input, weight, bias }, a) => ({
    output: ops.conv2d(input!, weight!, bias ?? null, {
      stride: a.get<Pair>("stride", 1),
      padding: a.get<Pair | "same" | "valid">("padding", 0),
      dilation: a.get<Pair>("dilation", 1),
      groups: a.get("groups", 1),
    }),
  }),
  conv_transpose2d: ({ input, weight, bias }, a) => ({
    output: ops.convTranspose2d(input!, weight!, bias ?? null, {
      stride: a.get<Pair>("stride", 1),
      padding: a.get<Pair>("padding", 0),
      outputPadding: a.get<Pair>("output_padding", 0),
      dilation: a.get<Pair>("dilation", 1),
      groups: a.get("groups", 1),
    }),
  }),
  max_pool2d: ({ input }, a) => ({
    output: ops.maxPool2d(input!, a.get<Pair>("kernel_size"), {
      stride: a.get<Pair>("stride", a.get<Pair>("kernel_size")),
      padding: a.get<Pair>("padding", 0),
      dilation: a.get<Pair>("dilation", 1),
      ceilMode: a.get("ceil_mode", false),
    }),
  }),
  pad: ({ input }, a) => ({
    output: ops.pad(input!, a.get<number[]>("pad"), a.get<ops.PadMode>("mode", "constant"), a.get("value", 0)),
  }),
  pixel_shuffle: ({ input }, a) => ({ output: ops.pixelShuffle(input!, a.get("upscale_factor")) }),
  pixel_unshuffle: ({ input }, a) => ({ output: ops.pixelUnshuffle(input!, a.get("downscale_factor")) }),
  upsample: ({ input }, a) => {
    const [size, scaleFactor] = [a.get<Pair | null>("size", null), a.get<Pair | null>("scale_factor", null)];
    return {
      output: ops.interpolate(input!, {
        ...(size === null ? {} : { size }),
        ...(scaleFactor === null ? {} : { scaleFactor }),
        mode: a.get<ops.InterpolationMode>("mode", "nearest"),
        alignCorners: a.get("align_corners", false),
      }),
    };
  },
};

/**
 * PyTorch works out where a pixel comes from in float32: a position p is off by p roundings, and its weights with it.
 * The largest position is the picture's size.
 */
export function coefficientRoundings(node: Node): number {
  if (node.op !== resample2dOp) return 0;
  const sizes = [node, ...node.inputs].map(({ shape }) => Math.max(...shape.slice(-2)));
  return Math.max(...sizes);
}
