import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import { asPicture, pair } from "./spatial.ts";

interface Resizing {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly coordinates: string;
  readonly rounding: string;
  readonly cubic: number;
  readonly excludeOutside: boolean;
  /** Of the spatial axes: sizes that are given, or factors. */
  readonly sizes: readonly number[] | null;
  readonly scales: readonly number[] | null;
}

const coordinates = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
];
const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

function chosen(call: Call, name: string, text: string, from: readonly string[]): string {
  return from.includes(text) ? text : call.fail(`${name} ${text} is not supported, only ${from.join(", ")}`);
}

/** The sizes or factors of the spatial axes: batch and channels must stay. */
function spatial(call: Call, numbers: readonly number[], axes: readonly number[] | null, kept: readonly number[]) {
  const { length } = kept;
  const whole = [...kept];
  for (const [at, axis] of (axes ?? kept.map((_, each) => each)).entries()) {
    whole[axis < 0 ? axis + length : axis] = numbers[at] ?? call.fail(`needs ${length} sizes or scales`);
  }
  if (whole[0] !== kept[0] || whole[1] !== kept[1]) call.fail("only the spatial axes can be resized");
  return whole.slice(2);
}

function resizingOf(call: Call): Resizing {
  const mode = chosen(call, "mode", call.text("mode", "nearest"), ["nearest", "linear", "cubic"]) as Resizing["mode"];
  // Opset 10 had one way: that of Upsample.
  const old = call.opset < 11;
  call.only("antialias", 0);
  call.float("extrapolation_value", 0);
  const policy = call.text("keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch") call.fail(`keep_aspect_ratio_policy ${policy} is not supported, only stretch`);
  const transform = call.text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
  const rounding = call.text("nearest_mode", old ? "floor" : "round_prefer_floor");
  const axes = call.ints("axes");
  const { shape } = call.tensor(0);
  const sizes = old ? [] : (call.optionalNumbers(3) ?? []);
  const scales = sizes.length > 0 ? [] : call.numbers(old ? 1 : 2);
  const ones = shape.map(() => 1);
  return {
    mode,
    coordinates: chosen(call, "coordinate_transformation_mode", transform, coordinates),
    rounding: chosen(call, "nearest_mode", rounding, roundings),
    cubic: call.float("cubic_coeff_a", -0.75),
    excludeOutside: call.int("exclude_outside", 0) !== 0,
    sizes: sizes.length > 0 ? spatial(call, sizes, axes, shape) : null,
    scales: sizes.length > 0 ? null : spatial(call, scales, axes, ones),
  };
}

const modes = { nearest: "nearest", linear: "bilinear", cubic: "bicubic" } as const;

/** What PyTorch has too is recorded as its interpolation, by which other tools count; all else by its own rule. */
function resize(x: Tensor, how: Resizing): Tensor {
  const { mode, coordinates, rounding, cubic, excludeOutside } = how;
  const sizes = how.sizes && pair(how.sizes, 1);
  const scales = how.scales && pair(how.scales, 1);
  const outputs = sizes ?? ([0, 1] as const).map((axis) => Math.floor(x.shape[axis + 2]! * scales![axis]));
  const target = sizes ? { size: sizes } : { scaleFactor: scales! };
  const plain = cubic === -0.75 && !excludeOutside && outputs.every((size) => size > 1);
  const alike =
    mode === "nearest"
      ? coordinates === "asymmetric" && rounding === "floor"
      : plain && ["half_pixel", "pytorch_half_pixel", "align_corners"].includes(coordinates);
  if (alike) {
    const alignCorners = coordinates === "align_corners";
    return F.interpolate(x, { ...target, mode: modes[mode], ...(mode !== "nearest" && { alignCorners }) });
  }
  const map = (axis: 0 | 1) => {
    const size = x.shape[axis + 2]!;
    const rule = [scales?.[axis] ?? 0, mode, coordinates, rounding, cubic, excludeOutside] as const;
    return ["resize", size, outputs[axis]!, ...rule] as const;
  };
  return new Tensor(ops.resample2d(x.node, map(0), map(1)));
}

/** Factors are an attribute before opset 9, and an input since; opset 1 had one for each axis. */
function upsample(call: Call): Tensor {
  const mode = chosen(call, "mode", call.text("mode", "nearest"), ["nearest", "linear"]) as Resizing["mode"];
  const old = call.opset < 7 ? [1, 1, call.float("height_scale", 1), call.float("width_scale", 1)] : null;
  const given = call.floats("scales") ?? call.optionalNumbers(1) ?? old ?? call.fail("needs scales");
  const ones = call.shape(0).map(() => 1);
  const scales = spatial(call, given, null, ones);
  const rest = { coordinates: "asymmetric", rounding: "floor", cubic: -0.75, excludeOutside: false, sizes: null };
  return asPicture(call, call.tensor(0), (x) => resize(x, { mode, scales, ...rest }));
}

export const resizes: Operators = {
  Resize: {
    plain: [1, 2, 3],
    record: (call) => asPicture(call, call.tensor(0), (x) => resize(x, resizingOf(call))),
  },
  Upsample: { plain: [1], record: upsample },
};
