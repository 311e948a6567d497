import type { Band, Bands, KernelPart, Layout } from "../../core/kernel.ts";
import type { DirectProblem } from "./direct/problem.ts";

/**
 * The bands of a convolution that begin at multiples of `align` rows, up to which outputs are rounded together. `part`
 * makes the step of a problem of fewer rows.
 */
export function bandsOf<Problem extends DirectProblem>(
  problem: Problem,
  align: number,
  part: (problem: Problem) => KernelPart,
): Bands {
  const { batch, kernel, stride, dilation, first, inputHeight, outputSize, input, output } = problem;
  const inside = (row: number) => Math.max(0, Math.min(inputHeight, row));
  return {
    images: batch,
    rows: outputSize[0],
    inputRows: inputHeight,
    align,
    input,
    output,
    reads(from, to) {
      const last = first[0] + (Math.ceil(to / align) * align - 1) * stride[0] + (kernel[0] - 1) * dilation[0];
      return [inside(first[0] + from * stride[0]), inside(last + 1)];
    },
    part: (band) => part(bandOf(problem, band)),
  };
}

function bandOf<Problem extends DirectProblem>(
  problem: Problem,
  { image, from, to, inputShift, outputShift }: Band,
): Problem {
  const { stride, first, outputSize, input, output, epilogue } = problem;
  const moved = (layout: Layout, row: number, shift: number): Layout => ({
    ...layout,
    offset: layout.offset + image * layout.strides[0]! + row * layout.strides[2]! + shift,
  });
  return {
    ...problem,
    batch: 1,
    first: [first[0] + from * stride[0], first[1]],
    outputSize: [to - from, outputSize[1]],
    input: moved(input, 0, inputShift),
    output: moved(output, from, outputShift),
    epilogue: epilogue && { ...epilogue, operands: epilogue.operands.map((each) => moved(each, from, 0)) },
  };
}
