import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { resizeRule } from "../../../../ops/resample/resize-weights.ts";
import { weightRules } from "../../../../ops/resample/weights.ts";
import { Tensor, tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import { asPicture } from "./spatial.ts";

export interface AxisResize {
  readonly axis: number;
  readonly input: number;
  readonly output: number;
  /** 0: that of the sizes. */
  readonly scale: number;
  /** The part of the axis that is taken, as fractions of it. */
  readonly start: number;
  readonly end: number;
}

export interface Resizing {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly coordinates: string;
  readonly rounding: string;
  /** An axis that gets smaller takes the next pixel, whatever `rounding` is: opset 10's way. */
  readonly nextIfSmaller: boolean;
  readonly cubic: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
  /** What lies outside of the input, where a part is taken. */
  readonly extrapolation: number;
}

const modes = { nearest: "nearest", linear: "bilinear", cubic: "bicubic" } as const;

const isWhole = ({ input, scale }: AxisResize) => Math.abs(input * scale - Math.round(input * scale)) < 1e-4;

const roundingOf = ({ scale }: AxisResize, { rounding, nextIfSmaller }: Resizing) =>
  nextIfSmaller && scale > 0 && scale < 1 ? "ceil" : rounding;

/** What PyTorch has too is recorded as its interpolation, by which other tools count. */
function isInterpolation(axes: readonly AxisResize[], how: Resizing): boolean {
  const { mode, coordinates, cubic, excludeOutside, antialias } = how;
  const bySizes = axes.every(({ scale }) => scale === 0);
  if (!bySizes && axes.some(({ input, output, scale }) => Math.floor(input * scale) !== output)) return false;
  if (mode === "nearest")
    return coordinates === "asymmetric" && axes.every((each) => roundingOf(each, how) === "floor");
  if (antialias || excludeOutside || cubic !== -0.75 || axes.some(({ output }) => output <= 1)) return false;
  if (coordinates === "align_corners") return bySizes || axes.every(isWhole);
  return coordinates === "half_pixel" || coordinates === "pytorch_half_pixel";
}

type Pair = readonly [AxisResize, AxisResize];

function mapOf(axis: AxisResize, how: Resizing) {
  const { input, output, scale, start, end } = axis;
  const { mode, coordinates, cubic, excludeOutside, antialias } = how;
  const rounding = roundingOf(axis, how);
  if (input === output && start === 0 && end === 1 && (scale === 0 || scale === 1)) {
    return ["identity", input, output] as const;
  }
  const rule = [scale, mode, coordinates, rounding, cubic, excludeOutside, antialias, start, end] as const;
  // Pages that open no ONNX file do without this rule.
  weightRules.resize = resizeRule;
  return ["resize", input, output, ...rule] as const;
}

/** Height and width of [N, C, H, W]. */
function picture(x: Tensor, axes: Pair, how: Resizing): Tensor {
  if (isInterpolation(axes, how)) {
    const sizes = axes.every(({ scale }) => scale === 0);
    const target = sizes
      ? { size: [axes[0].output, axes[1].output] as const }
      : { scaleFactor: [axes[0].scale, axes[1].scale] as const };
    const alignCorners = how.coordinates === "align_corners";
    return F.interpolate(x, { ...target, mode: modes[how.mode], ...(how.mode !== "nearest" && { alignCorners }) });
  }
  const node = ops.resample2d(x.node, mapOf(axes[0], how), mapOf(axes[1], how));
  const y = new Tensor(node);
  if (how.coordinates !== "tf_crop_and_resize") return y;
  // An output without terms is not in the input.
  const [down, across] = ops
    .resampleTables(node.attributes)
    .map(({ starts }) => Array.from(starts.subarray(1), (end, at) => (end > starts[at]! ? 1 : 0))) as [
    number[],
    number[],
  ];
  const found = tensor(
    down.flatMap((row) => across.map((column) => row * column)),
    [down.length, across.length],
  );
  return found.where(y, how.extrapolation);
}

const still = (axis: number, size: number): AxisResize => ({
  axis,
  input: size,
  output: size,
  scale: 0,
  start: 0,
  end: 1,
});

/** Resizes the axes that change: height and width together, others one by one. */
export function resized(call: Call, given: Tensor, axes: readonly AxisResize[], how: Resizing): Tensor {
  const x = given.to("float32");
  const { shape } = x;
  const wrong = axes.find(({ output }) => !(output >= 1 && Number.isSafeInteger(output)));
  if (wrong) call.fail(`needs sizes or scales that make axis ${wrong.axis}, of ${wrong.input}, a size from 1`);
  const changes = axes.filter((each) => mapOf(each, how)[0] !== "identity");
  if (changes.length === 0) return x;
  const of = (axis: number) => axes.find((each) => each.axis === axis) ?? still(axis, shape[axis]!);
  const spatial = changes.every(({ axis }) => axis >= 2);
  if (spatial && x.dim === 4) return picture(x, [of(2), of(3)], how);
  if (spatial && x.dim === 3) return asPicture(call, x, (row) => picture(row, [still(2, 1), of(2)], how));
  return changes.reduce((found, each) => {
    const before = found.shape.slice(0, each.axis).reduce((product, size) => product * size, 1);
    const after = found.shape.slice(each.axis + 1);
    const rows = found.reshape(1, before, each.input, -1);
    const y = picture(rows, [each, still(3, rows.shape[3]!)], how);
    return y.reshape([...found.shape.slice(0, each.axis), each.output, ...after]);
  }, x);
}
