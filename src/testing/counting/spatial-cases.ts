import type { Node } from "../../core/node.ts";
import { numel } from "../../core/shape.ts";
import type { Case, Draw } from "./draw.ts";
import type { MeanWindows, Span } from "./means.ts";

type Pair = [number, number];

/** Options of a pool, and an image that a window fits into. */
function drawPool(draw: Draw, dilation: Pair) {
  const kernelSize = draw.pair(1, 3) as Pair;
  const padding = kernelSize.map((size) => draw.whole(0, Math.floor(size / 2))) as Pair;
  const size = ([0, 1] as const).map((axis) => {
    const least = dilation[axis] * (kernelSize[axis] - 1) + 1 - 2 * padding[axis];
    return Math.max(1, least) + draw.whole(0, 4);
  });
  const options = { stride: draw.pair(1, 3) as Pair, padding, ceilMode: draw.one([true, false]) };
  return { kernelSize, options, x: draw.leaf([...draw.shape(draw.whole(1, 2), 2), ...size]) };
}

/** Sides that hold all windows of a pool, also one that hangs over the end. */
function sidesFor(x: Node, pooled: Node, kernelSize: Pair, stride: Pair, dilation: Pair, padding: Pair) {
  const after = ([0, 1] as const).map((axis) => {
    const end = (pooled.shape.at(axis - 2)! - 1) * stride[axis] + dilation[axis] * (kernelSize[axis] - 1) + 1;
    return Math.max(0, end - padding[axis] - x.shape.at(axis - 2)!);
  });
  return [...padding, ...after] as [number, number, number, number];
}

type MaxPool = (draw: Draw, x: Node, pooled: Node, around: Node, sides: readonly number[]) => ReturnType<Case>;

/** A pool of maxima, and of an image with -Infinity around it. */
const maxPool =
  (make: MaxPool): Case =>
  (draw) => {
    const dilation = draw.pair(1, 2) as Pair;
    const { kernelSize, options, x } = drawPool(draw, dilation);
    const pooled = draw.lib.ops.maxPool2d(x, kernelSize, { ...options, dilation });
    const sides = sidesFor(x, pooled, kernelSize, options.stride, dilation, options.padding);
    return make(draw, x, pooled, draw.surrounded(x, sides, Number.NEGATIVE_INFINITY), sides);
  };

const unpadded = ({ attributes }: Node) => ({ ...attributes, padding: [0, 0], ceilMode: false });

const maxPool2d = maxPool(({ lib }, _x, pooled, around) => ({
  node: pooled,
  nominal: lib.record(lib.ops.maxPool2dOp, [around], unpadded(pooled)),
}));

const maxPool2dIndex = maxPool(({ lib }, x, pooled, around) => ({
  node: lib.record(lib.ops.maxPool2dIndexOp, [x], pooled.attributes),
  nominal: lib.record(lib.ops.maxPool2dIndexOp, [around], unpadded(pooled)),
  sameNumbers: false,
}));

const maxPool2dGather = maxPool((draw, x, pooled, around, sides) => {
  const { lib } = draw;
  const y = draw.leaf(x.shape);
  const aroundY = draw.surrounded(y, sides as [number, number, number, number]);
  return {
    node: lib.record(lib.ops.maxPool2dGatherOp, [x, y], pooled.attributes),
    nominal: lib.record(lib.ops.maxPool2dGatherOp, [around, aroundY], unpadded(pooled)),
  };
});

const maxPool2dGradient = maxPool((draw, x, pooled, around, sides) => {
  const { lib } = draw;
  const grad = draw.leaf(pooled.shape);
  const whole = lib.record(lib.ops.maxPool2dGradientOp, [around, grad], unpadded(pooled));
  const lead = x.shape.slice(0, -2).map(() => 0);
  const cut = sides.map((size) => -size);
  return {
    node: lib.record(lib.ops.maxPool2dGradientOp, [x, grad], pooled.attributes),
    nominal: lib.ops.constantPad(whole, [...lead, ...cut.slice(0, 2)], [...lead, ...cut.slice(2)], 0),
  };
});

const avgPool2d: Case = (draw) => {
  const { kernelSize, options, x } = drawPool(draw, [1, 1]);
  const [countIncludePad, divisorOverride] = [draw.one([true, false]), draw.one([null, 5])];
  const node = draw.lib.ops.avgPool2d(x, kernelSize, { ...options, countIncludePad, divisorOverride });
  const { stride, padding } = options;
  const size = x.shape.slice(-2) as Pair;
  const spans = (shift: Pair) =>
    ([0, 1] as const).map((axis) =>
      Array.from({ length: node.shape.at(axis - 2)! }, (_, at): Span => {
        const first = at * stride[axis] - padding[axis] + shift[axis];
        return [first, first + kernelSize[axis] - 1];
      }),
    ) as [Span[], Span[]];
  // PyTorch's divisor: padding counts where asked to, what hangs over the padding never.
  const counted = ([first, last]: Span, axis: 0 | 1) => {
    const outside = countIncludePad ? padding[axis] : 0;
    return Math.min(last, size[axis] + outside - 1) - Math.max(first, -outside) + 1;
  };
  const windows = (planes: number, within: Pair, shift: Pair): MeanWindows => ({
    planes,
    size: within,
    intervals: spans(shift),
    divisor: (rows, columns) => {
      const back = (span: Span, axis: 0 | 1): Span => [span[0] - shift[axis], span[1] - shift[axis]];
      return divisorOverride ?? counted(back(rows, 0), 0) * counted(back(columns, 1), 1);
    },
  });
  const planes = numel(x.shape.slice(0, -2));
  const around = draw.surrounded(x, sidesFor(x, node, kernelSize, stride, [1, 1], padding));
  return {
    node,
    usual: {
      needed: () => means(draw, x, windows(planes, size, [0, 0])),
      nominal: () => means(draw, around, windows(planes, around.shape.slice(-2) as Pair, padding)),
    },
  };
};

const adaptiveAvgPool2d: Case = (draw) => {
  const size = draw.pair(1, 6) as Pair;
  const x = draw.leaf([...draw.shape(draw.whole(1, 2), 2), ...size]);
  const node = draw.lib.ops.adaptiveAvgPool2d(x, draw.pair(1, 4));
  const intervals = ([0, 1] as const).map((axis) => {
    const outputs = node.shape.at(axis - 2)!;
    return Array.from({ length: outputs }, (_, at): Span => {
      return [Math.floor((at * size[axis]) / outputs), Math.ceil(((at + 1) * size[axis]) / outputs) - 1];
    });
  }) as [Span[], Span[]];
  const divisor = (rows: Span, columns: Span) => (rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1);
  const usual = () => means(draw, x, { planes: numel(x.shape.slice(0, -2)), size, intervals, divisor });
  return { node, usual: { needed: usual, nominal: usual } };
};

const means = (draw: Draw, x: Node, windows: MeanWindows) =>
  draw.lib.windowMeans(draw.numbers.get(x) as Float64Array, windows);

type Map = readonly [kind: string, inputSize: number, outputSize: number, ...(number | string | boolean)[]];

function drawMap(draw: Draw, input: number): Map {
  const output = draw.whole(1, 6);
  const [scale, corners] = [draw.one([0, output / input]), draw.one([true, false])];
  const [kernel, stride] = draw.pair(1, 3) as Pair;
  const padding = draw.whole(0, Math.floor(kernel / 2));
  const windows = Math.floor((input + 2 * padding - kernel) / stride) + 1;
  const before = draw.whole(0, input - 1);
  const pool: Map = ["pool", input, windows, kernel, stride, padding, draw.one(["include", "exclude", 1, 3])];
  return draw.one<Map>([
    ["identity", input, input],
    ["flip", input, input],
    ["nearest", input, output, scale],
    ["bilinear", input, output, scale, corners],
    ["bicubic", input, output, scale, corners],
    ["adaptive", input, output],
    ["reflect", input, input + before, before],
    ["replicate", input, input + before, before],
    windows > 0 ? pool : ["identity", input, input],
  ]);
}

const resample2d: Case = (draw) => {
  const [height, width] = draw.pair(1, 5) as Pair;
  const [mapH, mapW] = [drawMap(draw, height), drawMap(draw, width)];
  const transposed = draw.one([true, false]);
  const size = transposed ? [mapH[2], mapW[2]] : [height, width];
  const { record, ops } = draw.lib;
  return { node: record(ops.resample2dOp, [draw.leaf([...draw.shape(2, 2), ...size])], { mapH, mapW, transposed }) };
};

const upsample: Case = (draw) => {
  const mode = draw.one(["nearest", "bilinear", "bicubic"] as const);
  const alignCorners = mode !== "nearest" && draw.one([true, false]);
  const to = draw.one([{ size: draw.pair(1, 7) as Pair }, { scaleFactor: draw.whole(1, 3) }]);
  return { node: draw.lib.ops.interpolate(draw.leaf(draw.shape(4, 4)), { ...to, mode, alignCorners }) };
};

const pad: Case = (draw) => {
  const x = draw.leaf([...draw.shape(2, 2), ...draw.pair(3, 5)]);
  const mode = draw.one(["constant", "reflect", "replicate"] as const);
  const least = mode === "constant" ? -1 : 0;
  return { node: draw.lib.ops.pad(x, [...draw.pair(least, 2), ...draw.pair(least, 2)], mode, 0) };
};

export const spatialCases: Readonly<Record<string, Case>> = {
  maxPool2d,
  maxPool2dIndex,
  maxPool2dGather,
  maxPool2dGradient,
  avgPool2d,
  adaptiveAvgPool2d,
  resample2d,
  upsample,
  pad,
};
