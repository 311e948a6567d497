import type { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import { type AxisResize, type Resizing, resized } from "./resize-axes.ts";

const coordinates = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
  "tf_crop_and_resize",
];
const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

function chosen(call: Call, name: string, text: string, from: readonly string[]): string {
  return from.includes(text) ? text : call.refuse(`${name} ${text} is not supported, only ${from.join(", ")}`);
}

/** One number for each of these axes, in their order. */
function perAxis(call: Call, what: string, numbers: readonly number[], count: number): readonly number[] {
  return numbers.length === count ? numbers : call.fail(`needs ${count} ${what}, got ${numbers.length}`);
}

/** Both sizes and factors for all: the size that keeps the aspect ratio inside, or outside, of those given. */
function keptRatio(sizes: readonly number[], shape: readonly number[], policy: string): number {
  const ratios = sizes.map((size, at) => size / shape[at]!);
  return policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
}

/** The product is a float32, as ONNX's rule of shapes has it: 0.7 of 10 is 7, though 0.7 is a little less in a file. */
const resizedSize = (input: number, scale: number) => Math.floor(Math.fround(input * scale));

function axesOf(call: Call, transform: string, old: boolean): AxisResize[] {
  const { shape } = call.tensor(0);
  const policies = ["stretch", "not_larger", "not_smaller"];
  const policy = call.text("keep_aspect_ratio_policy", "stretch");
  chosen(call, "keep_aspect_ratio_policy", policy, policies);
  const given = call.ints("axes") ?? shape.map((_, axis) => axis);
  const axes = given.map((axis) => (axis < 0 ? axis + shape.length : axis));
  const sizes = old ? [] : (call.optionalNumbers(3) ?? []);
  const scales = sizes.length > 0 ? [] : call.numbers(old ? 1 : 2);
  const crops = transform === "tf_crop_and_resize";
  const region = crops ? perAxis(call, "numbers of roi", call.numbers(1), 2 * axes.length) : [];
  const inputs = axes.map((axis) => shape[axis] ?? call.fail(`has no axis ${axis}`));
  if (sizes.length > 0) perAxis(call, "sizes", sizes, axes.length);
  else perAxis(call, "scales", scales, axes.length);
  const ratio = sizes.length > 0 && policy !== "stretch" ? keptRatio(sizes, inputs, policy) : 0;
  return axes.map((axis, at) => {
    const input = inputs[at]!;
    const [start, end] = crops ? [region[at]!, region[at + axes.length]!] : [0, 1];
    const scale = sizes.length > 0 ? ratio : scales[at]!;
    const size = resizedSize(crops ? input * (end - start) : input, scale);
    const output = sizes.length === 0 ? size : ratio > 0 ? Math.floor(ratio * input + 0.5) : sizes[at]!;
    return { axis, input, output, scale, start, end };
  });
}

function resize(call: Call): Tensor {
  const mode = chosen(call, "mode", call.text("mode", "nearest"), ["nearest", "linear", "cubic"]) as Resizing["mode"];
  // Opset 10 had one way: that of Upsample.
  const old = call.opset < 11;
  const transform = call.text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
  const rounding = call.text("nearest_mode", old ? "floor" : "round_prefer_floor");
  return resized(call, call.tensor(0), axesOf(call, transform, old), {
    mode,
    coordinates: chosen(call, "coordinate_transformation_mode", transform, coordinates),
    rounding: chosen(call, "nearest_mode", rounding, roundings),
    nextIfSmaller: old,
    cubic: call.float("cubic_coeff_a", -0.75),
    excludeOutside: call.int("exclude_outside", 0) !== 0,
    antialias: call.int("antialias", 0) !== 0 && mode !== "nearest",
    extrapolation: call.float("extrapolation_value", 0),
  });
}

/** Factors are an attribute before opset 9, and an input since; opset 1 had one for each axis. */
function upsample(call: Call): Tensor {
  const mode = chosen(call, "mode", call.text("mode", "nearest"), ["nearest", "linear"]) as Resizing["mode"];
  const old = call.opset < 7 ? [1, 1, call.float("height_scale", 1), call.float("width_scale", 1)] : null;
  const given = call.floats("scales") ?? call.optionalNumbers(1) ?? old ?? call.fail("needs scales");
  const { shape } = call.tensor(0);
  const axes = perAxis(call, "scales", given, shape.length).map((scale, axis) => {
    const input = shape[axis]!;
    return { axis, input, output: resizedSize(input, scale), scale, start: 0, end: 1 };
  });
  const rest = { cubic: -0.75, nextIfSmaller: false, excludeOutside: false, antialias: false, extrapolation: 0 };
  return resized(call, call.tensor(0), axes, { mode, coordinates: "asymmetric", rounding: "floor", ...rest });
}

export const resizes: Operators = {
  Resize: { plain: [1, 2, 3], record: resize },
  Upsample: { plain: [1], record: upsample },
};
