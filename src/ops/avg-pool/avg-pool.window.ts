import type { WindowRule } from "../../core/op.ts";
import { mapWindow } from "../resample/resample.window.ts";
import { adaptiveMap } from "./adaptive-avg-pool.ts";
import { avgPoolWindows } from "./avg-pool.ts";

export const avgPool2dWindow: WindowRule = (outputIndex, axis, _which, _inputs, _output, attributes) => {
  const { kernel, stride, padding } = avgPoolWindows(attributes)[axis];
  const first = outputIndex * stride - padding;
  return [first, first + kernel - 1];
};

export const adaptiveAvgPool2dWindow: WindowRule = (outputIndex, axis, _which, [input], _output, attributes) =>
  mapWindow(adaptiveMap(input!, attributes, axis), outputIndex);
