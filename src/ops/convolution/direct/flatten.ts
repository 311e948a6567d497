import { vectorsPerRegister } from "../../../codegen/wasm/tiles.ts";
import type { Layout } from "../../../core/kernel.ts";
import { type DirectProblem, panelsOf } from "./problem.ts";

/** Rows that are longer win nothing more. */
const mostColumns = 200;
/** What longer rows have to gain. */
const leastGain = 1.05;

/** Multiply-adds that are under way at the same time: fewer sums than this wait for each other. */
const latency = 8;

/** The share of the processor's time that tiles of up to `rows` pixels, of as many sums for each, use of a row. */
function fullnessOf(columns: number, rows: number, sums: number): number {
  const tiles = Math.ceil(columns / rows);
  const small = Math.floor(columns / tiles);
  const more = columns - tiles * small;
  const time = (size: number) => Math.max(latency, size * sums);
  return (columns * sums) / (more * time(small + 1) + (tiles - more) * time(small));
}

/**
 * A convolution of one tap reads pixels one behind the other, whatever row they are in: the plane is cut anew into rows that
 * fill the tiles better than its own, as 49 pixels do where 7 leave tiles of 4 and 3.
 */
export function flatten(problem: DirectProblem): DirectProblem {
  const { kernel, stride, first, inputHeight, outputSize, input, output, epilogue, target } = problem;
  const [height, width] = outputSize;
  const adjacent = ({ strides }: Layout) => strides[2] === width * strides[3]!;
  const onePixel = [...kernel, ...stride].every((each) => each === 1) && first.every((each) => each === 0);
  if (!onePixel || inputHeight !== height || !adjacent(input)) return problem;
  const { rows, vectors } = panelsOf(problem).classes[0]!;
  const fullness = (columns: number) => fullnessOf(columns, rows, vectors / vectorsPerRegister(target));
  let best = width;
  for (let columns = width + 1; columns <= Math.min(mostColumns, height * width); columns++) {
    if ((height * width) % columns === 0 && fullness(columns) > fullness(best)) best = columns;
  }
  if (fullness(best) < leastGain * fullness(width)) return problem;
  const recut = (layout: Layout): Layout => {
    const [batch, channel, , pixel] = layout.strides as [number, number, number, number];
    return { ...layout, strides: [batch, channel, best * pixel, pixel] };
  };
  const lines = (height * width) / best;
  const flat = { ...problem, input: recut(input), inputHeight: lines, outputSize: [lines, best] as const };
  if (![output, ...(epilogue?.operands ?? [])].every(adjacent)) return { ...flat, line: width };
  const operands = epilogue?.operands.map(recut) ?? [];
  return { ...flat, output: recut(output), epilogue: epilogue && { ...epilogue, operands } };
}
