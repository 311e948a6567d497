import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import { asPicture, pair } from "./spatial.ts";
import { type Windows, windowsOf } from "./windows.ts";

/** Where a window may begin: windows over the end count with ceil_mode, unless they begin in the padding there. */
function pooledSize(size: number, axis: number, { kernel, stride, dilation, begin, end }: Windows, ceil: boolean) {
  const room = size + begin[axis]! + end[axis]! - (kernel[axis]! - 1) * dilation[axis]! - 1;
  const count = (ceil ? Math.ceil(room / stride[axis]!) : Math.floor(room / stride[axis]!)) + 1;
  return ceil && (count - 1) * stride[axis]! >= size + begin[axis]! ? count - 1 : count;
}

const symmetric = ({ begin, end }: Windows) => begin.every((each, axis) => each === end[axis]);
/** The rule of PyTorch's pools, which ours keep. */
const halfAtMost = ({ begin, kernel }: Windows) => begin.every((each, axis) => each <= kernel[axis]! / 2);

function poolWindows(call: Call): { windows: Windows; ceilMode: boolean } {
  const sizes = call.shape(0).slice(2);
  const kernel = call.ints("kernel_shape") ?? call.fail("needs the attribute kernel_shape");
  return { windows: windowsOf(call, sizes, kernel), ceilMode: call.int("ceil_mode", 0) !== 0 };
}

function padded(x: Tensor, { begin, end }: Windows, value: number): Tensor {
  const [top, left] = pair(begin, 0);
  const [bottom, right] = pair(end, 0);
  return F.pad(x, [left, right, top, bottom], "constant", value);
}

function maxPool(call: Call, x: Tensor): Tensor {
  const { windows, ceilMode } = poolWindows(call);
  call.only("storage_order", 0);
  const options = { stride: pair(windows.stride, 1), dilation: pair(windows.dilation, 1), ceilMode };
  const kernel = pair(windows.kernel, 1);
  if (symmetric(windows) && halfAtMost(windows)) {
    return F.maxPool2d(x, kernel, { ...options, padding: pair(windows.begin, 0) });
  }
  return F.maxPool2d(padded(x, windows, Number.NEGATIVE_INFINITY), kernel, options);
}

function averagePool(call: Call, x: Tensor): Tensor {
  const { windows, ceilMode } = poolWindows(call);
  if (windows.dilation.some((each) => each !== 1)) call.fail("dilations are not supported");
  const countIncludePad = call.int("count_include_pad", 0) !== 0;
  const kernel = pair(windows.kernel, 1);
  const stride = pair(windows.stride, 1);
  if (symmetric(windows) && halfAtMost(windows)) {
    return F.avgPool2d(x, kernel, { stride, padding: pair(windows.begin, 0), ceilMode, countIncludePad });
  }
  if (countIncludePad) return F.avgPool2d(padded(x, windows, 0), kernel, { stride, ceilMode });
  const spatial = call.shape(0).slice(2);
  const outputs = pair(
    spatial.map((size, axis) => pooledSize(size, axis, windows, ceilMode)),
    1,
  );
  const begin = pair(windows.begin, 0);
  const map = (axis: 0 | 1) =>
    ["pool", x.shape[axis + 2]!, outputs[axis], kernel[axis], stride[axis], begin[axis], "exclude"] as const;
  return new Tensor(ops.resample2d(x.node, map(0), map(1)));
}

const describe = (_shapes: unknown, call: Call) => (call.ints("kernel_shape") ?? []).join("×");

const spatialAxes = (x: Tensor) => x.shape.slice(2).map((_, axis) => axis + 2);

export const pools: Operators = {
  MaxPool: { record: (call) => asPicture(call, call.tensor(0), (x) => maxPool(call, x)), describe },
  AveragePool: { record: (call) => asPicture(call, call.tensor(0), (x) => averagePool(call, x)), describe },
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
