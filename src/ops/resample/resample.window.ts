import type { Interval, WindowRule } from "../../core/op.ts";
import { type AxisMap, axisTable, identityMap, rowsOf } from "./axis-map.ts";

let lastMap: AxisMap | null = null;
let lastRow = rowsOf(identityMap(1));

/** Windows are asked for one after the other. */
function rowOf(map: AxisMap): ReturnType<typeof rowsOf> {
  if (lastMap?.length !== map.length || map.some((each, at) => each !== lastMap![at])) {
    lastRow = rowsOf(map);
    lastMap = map;
  }
  return lastRow;
}

/** The first and last input that an output depends on; the first is above the last where it depends on none. */
export function mapWindow(map: AxisMap, outputIndex: number, transposed = false): Interval {
  const [kind, inputSize, outputSize] = map;
  // Nothing is known outside of the output.
  if (!(outputIndex >= 0 && outputIndex < (transposed ? inputSize : outputSize))) return [Number.NaN, Number.NaN];
  if (transposed) return transposedWindow(map, outputIndex);
  // The window may be a whole axis, whose terms would take long to go through.
  if (kind === "adaptive") return adaptiveWindow(inputSize, outputSize, outputIndex);
  let first = 0;
  let last = -1;
  rowOf(map)(outputIndex, (index) => {
    if (last < 0) first = index;
    last = index;
  });
  return [first, last];
}

function adaptiveWindow(inputSize: number, outputSize: number, at: number): Interval {
  return [Math.floor((at * inputSize) / outputSize), Math.ceil(((at + 1) * inputSize) / outputSize) - 1];
}

function transposedWindow(map: AxisMap, outputIndex: number): Interval {
  const { starts, indices } = axisTable(map, true);
  const first = starts[outputIndex]!;
  const last = starts[outputIndex + 1]! - 1;
  return first > last ? [0, -1] : [indices[first]!, indices[last]!];
}

export const resample2dWindow: WindowRule = (
  outputIndex,
  axis,
  _which,
  _inputs,
  _output,
  { mapH, mapW, transposed },
) => {
  return mapWindow((axis === 0 ? mapH : mapW) as unknown as AxisMap, outputIndex, transposed as boolean);
};
