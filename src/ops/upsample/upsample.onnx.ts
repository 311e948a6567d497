import type { OnnxAttributes, OnnxRule } from "../../core/onnx.ts";
import { resized } from "../resample/resample.onnx.ts";
import type { InterpolationMode } from "./upsample.ts";

function attributesOf(mode: InterpolationMode, alignCorners: boolean): OnnxAttributes {
  if (mode === "nearest") return { coordinate_transformation_mode: "asymmetric", mode, nearest_mode: "floor" };
  const coordinates = { coordinate_transformation_mode: alignCorners ? "align_corners" : "half_pixel" };
  return mode === "bilinear"
    ? { ...coordinates, mode: "linear" }
    : { ...coordinates, cubic_coeff_a: { float: -0.75 }, mode: "cubic" };
}

/** One Resize: by factors where they are given, or are whole numbers for all sizes; else to a size. */
export const upsampleOnnx: OnnxRule = (call) => {
  const { mode, alignCorners } = call.attributes as { mode: InterpolationMode; alignCorners: boolean };
  const given = call.records[0]!.attributes.size === null ? (call.attributes.scaleFactor as readonly number[]) : null;
  const scales = ([-2, -1] as const).map((axis, at) => {
    const factors = call.records.map(({ inputs, output }) => output.shape.at(axis)! / inputs[0]!.shape.at(axis)!);
    const whole = Number.isInteger(factors[0]) && factors.every((each) => each === factors[0]);
    if (whole) return factors[0]!;
    // Corners are aligned by the sizes, whatever the factor was.
    return given && !alignCorners ? given[at]! : 0;
  });
  return resized(call, attributesOf(mode, alignCorners), scales as [number, number]);
};
