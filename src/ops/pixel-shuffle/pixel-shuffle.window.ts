import type { WindowRule } from "../../core/op.ts";

export const pixelShuffleWindow: WindowRule = (outputIndex, _axis, _which, _inputs, _output, attributes) => {
  const index = Math.floor(outputIndex / (attributes.upscaleFactor as number));
  return [index, index];
};

export const pixelUnshuffleWindow: WindowRule = (outputIndex, _axis, _which, _inputs, _output, attributes) => {
  const r = attributes.downscaleFactor as number;
  return [outputIndex * r, outputIndex * r + r - 1];
};
