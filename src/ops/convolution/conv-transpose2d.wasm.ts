import type { Epilogue, Layout, WasmKernel } from "../../core/kernel.ts";
import type { Attributes } from "../../core/op.ts";
import type { TensorType } from "../../core/shape.ts";
import { type ConvTransposeAttributes, convTranspose2dOp } from "./conv-transpose2d.ts";
import { common, convolutionWishes, planDirect } from "./conv2d.wasm.ts";
import type { DirectProblem } from "./direct/problem.ts";

/**
 * Transposed convolution as direct convolutions: the outputs whose position has the same rest modulo the stride (a
 * phase) read the same taps, so each phase is a convolution of stride 1 with some of the kernel's taps, flipped. No
 * zeros are put between the inputs.
 */
export const convTranspose2dDirect: WasmKernel = {
  op: convTranspose2dOp,
  name: "convTranspose2d direct",
  accepts: () => true,
  wishes(inputs, output, attributes) {
    const [, columns] = phases(inputs, output, attributes);
    const [left, right] = overhang(columns!, inputs[0]!.shape[3]!);
    return convolutionWishes(inputs, { top: 0, left, bottom: 0, right });
  },
  plan(call) {
    const { inputs, output, attributes, outputLayout, epilogue } = call;
    const { stride, groups } = attributes as ConvTransposeAttributes;
    const [channels, perGroup, height, width] = inputs[1]!.shape as [number, number, number, number];
    const taps = height * width;
    const [rows, columns] = phases(inputs, output, attributes);
    const problems = rows!.flatMap((row) =>
      columns!.map((column): DirectProblem => {
        const part = (layout: Layout) => everyOther(layout, [row.at, column.at], stride);
        return {
          ...common(call),
          groups,
          kernel: [row.taps, column.taps],
          stride: [1, 1],
          dilation: [row.dilation, column.dilation],
          first: [row.first, column.first],
          outputSize: [row.size, column.size],
          output: part(outputLayout),
          epilogue: epilogue && ({ ...epilogue, operands: epilogue.operands.map(part) } satisfies Epilogue),
          weights: {
            offset: call.inputLayouts[1]!.offset + row.lastTap * width + column.lastTap,
            group: (channels / groups) * perGroup * taps,
            output: taps,
            input: perGroup * taps,
            y: -row.tapStep * width,
            x: -column.tapStep,
          },
        };
      }),
    );
    return planDirect(call, problems);
  },
};

/** The outputs at `at`, `at + stride`… along one axis, as a convolution. */
interface Phase {
  readonly at: number;
  readonly size: number;
  readonly taps: number;
  /** The kernel's taps `lastTap`, `lastTap - tapStep`… in the order of the inputs they read. */
  readonly lastTap: number;
  readonly tapStep: number;
  /** Input of the first of them for the first output; `dilation` inputs further for each of the next. */
  readonly first: number;
  readonly dilation: number;
}

/** For height and width. Output o reads input (o + padding - k · dilation) / stride of tap k where that is whole. */
function phases([, weight]: readonly TensorType[], output: TensorType, attributes: Attributes): Phase[][] {
  const { stride, padding, dilation } = attributes as ConvTransposeAttributes;
  return ([0, 1] as const).map((axis) => {
    const [s, d] = [stride[axis], dilation[axis]];
    const size = output.shape[axis + 2]!;
    const kernel = weight!.shape[axis + 2]!;
    const common = greatestCommonDivisor(s, d);
    return Array.from({ length: Math.min(s, size) }, (_, at): Phase => {
      const here = Array.from({ length: kernel }, (_, k) => k).filter((k) => (at + padding[axis] - k * d) % s === 0);
      const lastTap = here[here.length - 1] ?? 0;
      return {
        at,
        size: Math.ceil((size - at) / s),
        taps: here.length,
        lastTap,
        tapStep: s / common,
        first: here.length > 0 ? (at + padding[axis] - lastTap * d) / s : 0,
        dilation: d / common,
      };
    });
  });
}

/** How far the phases read before the first input and behind the last. */
function overhang(axisPhases: readonly Phase[], size: number): [number, number] {
  let [before, after] = [0, 0];
  for (const phase of axisPhases) {
    if (phase.taps === 0) continue;
    before = Math.max(before, -phase.first);
    after = Math.max(after, phase.first + phase.size - 1 + (phase.taps - 1) * phase.dilation - (size - 1));
  }
  return [before, after];
}

/** The pixels at `at`, `at + stride`… of a layout. */
function everyOther(layout: Layout, at: readonly [number, number], stride: readonly [number, number]): Layout {
  const [batch, channel, row, pixel] = layout.strides as [number, number, number, number];
  return {
    ...layout,
    strides: [batch, channel, row * stride[0], pixel * stride[1]],
    offset: layout.offset + at[0] * row + at[1] * pixel,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
