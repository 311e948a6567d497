import type { WindowRule } from "../../core/op.ts";
import { mapWindow } from "../resample/resample.window.ts";
import { paddingMap } from "./pad.ts";
import { sliceNumbers } from "./slice.ts";

export const constantPadWindow: WindowRule = (outputIndex, axis, _which, _inputs, output, attributes) => {
  const at = output.shape.length - 2 + axis;
  if (at < 0) return null;
  const index = outputIndex - (attributes.before as readonly number[])[at]!;
  return [index, index];
};

export const padWindow: WindowRule = (outputIndex, axis, _which, [input], _output, attributes) => {
  const pad = attributes.pad as readonly number[];
  if (attributes.mode === "constant") {
    const index = outputIndex - (pad[2 * (1 - axis)] ?? 0);
    return [index, index];
  }
  const size = input!.shape.at(axis - 2)!;
  return mapWindow(paddingMap(attributes.mode as string, pad, size, 1 - axis), outputIndex);
};

export const sliceWindow: WindowRule = (outputIndex, axis, _which, _inputs, output, attributes) => {
  const at = output.shape.length - 2 + axis;
  if (at < 0) return null;
  const index = sliceNumbers(attributes, "starts")[at]! + outputIndex * sliceNumbers(attributes, "steps")[at]!;
  return [index, index];
};

// Between two steps the interval is empty: its first index is above its last.
export const unsliceWindow: WindowRule = (outputIndex, axis, _which, _inputs, output, attributes) => {
  const at = output.shape.length - 2 + axis;
  if (at < 0) return null;
  const index = (outputIndex - sliceNumbers(attributes, "starts")[at]!) / sliceNumbers(attributes, "steps")[at]!;
  return [Math.ceil(index), Math.floor(index)];
};
