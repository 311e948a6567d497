// Weight gradient, one thread: `npx tsx bench/kernels/weight-gradient.ts`.
import type { Border, Layout } from "../../src/core/kernel.ts";
import { contiguousStrides, numel, type Shape } from "../../src/core/shape.ts";
import { conv2dWeightGradientOp } from "../../src/ops/convolution/weight-gradient.ts";
import { wasmKernels } from "../../src/ops/wasm.ts";
import { benchTarget, prepare, report } from "./harness.ts";

function channelsLast([batch, channels, height, width]: readonly number[], border: Border): Layout {
  const rows = height! + border.top + border.bottom;
  const columns = width! + border.left + border.right;
  return {
    strides: [rows * columns * channels!, 1, columns * channels!, channels!],
    offset: (border.top * columns + border.left) * channels!,
    size: batch! * rows * columns * channels!,
  };
}

/** A row for each kernel that may run the case, with fast numerics or exact ones. */
function rows(name: string, x: Shape, outputs: number, kernel: number, padding: number, groups = 0) {
  const size = (axis: number) => x[axis]! + 2 * padding - kernel + 1;
  const grad = [x[0]!, outputs, size(2), size(3)];
  const weight = [outputs, x[1]! / Math.max(1, groups), kernel, kernel];
  const inputs = [x, grad].map((shape) => ({ shape, dtype: "float32" as const }));
  const border = { top: padding, left: padding, bottom: padding, right: padding };
  const inputLayouts = [channelsLast(x, border), channelsLast(grad, { top: 0, left: 0, bottom: 0, right: 0 })];
  const outputLayout = { strides: contiguousStrides(weight), offset: 0, size: numel(weight) };
  const output = { shape: weight, dtype: "float32" as const };
  const attributes = {
    stride: [1, 1],
    padding: [padding, padding, padding, padding],
    dilation: [1, 1],
    groups: Math.max(1, groups),
    kernel_size: [kernel, kernel],
  };
  const target = benchTarget();
  const accepted = wasmKernels.filter(
    (each) =>
      each.op === conv2dWeightGradientOp &&
      (["fast", "exact"] as const).some((numerics) =>
        each.accepts(inputs, output, attributes, { ...target, numerics }),
      ),
  );
  return accepted.map((each) => ({
    name: `${name}: ${each.name}`,
    flops: 2 * numel(weight) * x[0]! * grad[2]! * grad[3]!,
    run: () =>
      prepare(
        each.plan({ inputs, output, attributes, inputLayouts, outputLayout, epilogue: null, target }),
        inputLayouts,
        outputLayout,
      ),
  }));
}

report([
  ...rows("64→32 3x3, 16x64x64", [16, 64, 64, 64], 32, 3, 1),
  ...rows("1→64 5x5, 16x64x64", [16, 1, 64, 64], 64, 5, 2),
  ...rows("32→9 3x3, 16x64x64", [16, 32, 64, 64], 9, 3, 1),
  ...rows("20→64 5x5, 16x28x28, valid", [16, 20, 28, 28], 64, 5, 0),
  ...rows("64→20 5x5, 16x24x24, valid", [16, 64, 24, 24], 20, 5, 0),
  ...rows("1→32 3x3, 64x28x28", [64, 1, 28, 28], 32, 3, 1),
  ...rows("32→64 3x3, 64x14x14", [64, 32, 14, 14], 64, 3, 1),
  ...rows("64→64 3x3, 8x56x56", [8, 64, 56, 56], 64, 3, 1),
  ...rows("512→512 3x3, 8x7x7", [8, 512, 7, 7], 512, 3, 1),
  ...rows("96 depthwise 3x3, 4x56x56", [4, 96, 56, 56], 96, 3, 1, 96),
  ...rows("96→24 1x1, 4x56x56", [4, 96, 56, 56], 24, 1, 0),
  ...rows("64→64 3x3, 16x17x17", [16, 64, 17, 17], 64, 3, 1),
]);
