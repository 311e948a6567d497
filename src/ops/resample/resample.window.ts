import type { Interval, WindowRule } from "../../core/op.ts";
import { type AxisMap, axisTable } from "./axis-map.ts";

/** The first and last input that an output depends on; the first is above the last where it depends on none. */
export function mapWindow(map: AxisMap, outputIndex: number, transposed = false): Interval {
  const { starts, indices } = axisTable(map, transposed);
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
