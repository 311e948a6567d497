import { ShapeError } from "../../../../core/errors.ts";
import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import { computed, type Value } from "../value.ts";
import { largestAt } from "./pool-index.ts";
import { asPicture, pair } from "./spatial.ts";
import { poolVolume } from "./volume.ts";
import { type Windows, windowsOf } from "./windows.ts";

/** Where a window may begin: windows over the end count with ceil_mode, unless they begin in the padding there. */
function pooledSize(size: number, axis: number, { kernel, stride, dilation, begin, end }: Windows, ceil: boolean) {
  const room = size + begin[axis]! + end[axis]! - (kernel[axis]! - 1) * dilation[axis]! - 1;
  const count = (ceil ? Math.ceil(room / stride[axis]!) : Math.floor(room / stride[axis]!)) + 1;
  return ceil && (count - 1) * stride[axis]! >= size + begin[axis]! ? count - 1 : count;
}

const sizesOf = (x: Tensor, windows: Windows, ceilMode: boolean) =>
  [0, 1].map((axis) => pooledSize(x.shape[axis + 2]!, axis, windows, ceilMode)) as [number, number];

/** What PyTorch's pools take, which ours keep to: the same padding on both sides, at most half the kernel. */
const plain = ({ begin, end, kernel }: Windows) =>
  begin.every((each, axis) => each === end[axis] && each <= kernel[axis]! / 2);

function padded(x: Tensor, { begin, end }: Windows, value: number): Tensor {
  return F.pad(x, [begin[1]!, end[1]!, begin[0]!, end[0]!], "constant", value);
}

/** Without windows that begin in the padding at the end, which a padded input hides. */
function cut(y: Tensor, [height, width]: readonly [number, number]): Tensor {
  return y.shape[2] === height && y.shape[3] === width ? y : y.slice(2, 0, height).slice(3, 0, width);
}

const two = (numbers: readonly number[]) => pair(numbers, 1);

function optionsOf({ stride, dilation }: Windows, ceilMode: boolean) {
  return { stride: two(stride), dilation: two(dilation), ceilMode };
}

function maxPool2d(x: Tensor, windows: Windows, ceilMode: boolean): Tensor {
  const options = optionsOf(windows, ceilMode);
  const kernel = two(windows.kernel);
  if (plain(windows)) return F.maxPool2d(x, kernel, { ...options, padding: pair(windows.begin, 0) });
  const pooled = F.maxPool2d(padded(x, windows, Number.NEGATIVE_INFINITY), kernel, options);
  return cut(pooled, sizesOf(x, windows, ceilMode));
}

/** Windows that overlap can be far more than their axis: they would take seconds to go through. */
const mostTerms = 2 ** 25;

function averagePool2d(x: Tensor, windows: Windows, ceilMode: boolean, countIncludePad: boolean): Tensor {
  const { kernel, stride, dilation } = windows;
  if (plain(windows) && dilation.every((each) => each === 1)) {
    const options = { stride: two(stride), padding: pair(windows.begin, 0), ceilMode, countIncludePad };
    return F.avgPool2d(x, two(kernel), options);
  }
  const outputs = sizesOf(x, windows, ceilMode);
  const source = countIncludePad ? padded(x, windows, 0) : x;
  const map = (axis: 0 | 1) => {
    if (outputs[axis]! * kernel[axis]! > mostTerms)
      throw new ShapeError("AveragePool", `needs at most ${mostTerms} pixels in all windows along an axis`, { kernel });
    const begin = countIncludePad ? 0 : windows.begin[axis]!;
    const divisor = countIncludePad ? "include" : "exclude";
    const rule = [kernel[axis]!, stride[axis]!, begin, divisor, dilation[axis]!] as const;
    return ["pool", source.shape[axis + 2]!, outputs[axis]!, ...rule] as const;
  };
  return new Tensor(ops.resample2d(source.node, map(0), map(1)));
}

type Pool = (x: Tensor, windows: Windows, ceilMode: boolean) => Tensor;

/** The windows of a node, on one, two or three spatial axes, and what it pools, as float32. */
function poolOf(call: Call) {
  const x = call.tensor(0).to("float32");
  const sizes = x.shape.slice(2);
  const kernel = call.ints("kernel_shape") ?? call.fail("needs the attribute kernel_shape");
  return { x, windows: windowsOf(call, sizes, kernel), ceilMode: call.int("ceil_mode", 0) !== 0 };
}

/** One axis as the width of a picture of height 1. */
function asTwo(windows: Windows): Windows {
  const { kernel, stride, dilation, begin, end } = windows;
  const sides = { begin: pair(begin, 0), end: pair(end, 0) };
  return { kernel: two(kernel), stride: two(stride), dilation: two(dilation), ...sides };
}

function pooled(call: Call, pool: Pool): Tensor {
  const { x, windows, ceilMode } = poolOf(call);
  if (x.dim === 5) return poolVolume(x, windows, (planes, two) => pool(planes, two, ceilMode));
  return asPicture(call, x, (picture) => pool(picture, asTwo(windows), ceilMode));
}

function maxPool(call: Call): (Tensor | Value)[] {
  const columnMajor = call.int("storage_order", 0) !== 0;
  const largest = pooled(call, maxPool2d);
  if (!call.node.output[1]) return [largest];
  const { x, windows, ceilMode } = poolOf(call);
  if (x.dim === 5) call.refuse("the indices of three spatial axes are not supported");
  if (x.numel > 2 ** 24) call.refuse("indices into more than 2^24 elements are not supported");
  const indices = asPicture(call, x, (picture) => {
    const each = asTwo(windows);
    const options = optionsOf(each, ceilMode);
    const kernel = two(each.kernel);
    if (plain(each)) {
      const found = ops.maxPool2dIndex(picture.node, kernel, { ...options, padding: pair(each.begin, 0) });
      return largestAt(new Tensor(found), picture, [0, 0], picture.shape[3]!, columnMajor);
    }
    const around = padded(picture, each, Number.NEGATIVE_INFINITY);
    const found = new Tensor(ops.maxPool2dIndex(around.node, kernel, options));
    const within = cut(found, sizesOf(picture, each, ceilMode));
    return largestAt(within, picture, pair(each.begin, 0), around.shape[3]!, columnMajor);
  });
  return [largest, computed(indices, "int")];
}

function averagePool(call: Call): Tensor {
  const countIncludePad = call.int("count_include_pad", 0) !== 0;
  return pooled(call, (x, windows, ceilMode) => averagePool2d(x, windows, ceilMode, countIncludePad));
}

const describe = (_shapes: unknown, call: Call) => (call.ints("kernel_shape") ?? []).join("×");

const spatialAxes = (x: Tensor) => x.shape.slice(2).map((_, axis) => axis + 2);

export const pools: Operators = {
  MaxPool: { record: maxPool, describe },
  AveragePool: { record: averagePool, describe },
  GlobalAveragePool: {
    record(call) {
      const x = call.tensor(0);
      return x.dim === 4 ? F.adaptiveAvgPool2d(x, 1) : x.mean(spatialAxes(x), true);
    },
  },
  GlobalMaxPool: {
    record(call) {
      const x = call.tensor(0);
      return x.amax(spatialAxes(x), true);
    },
  },
};
