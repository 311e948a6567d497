import type { PytorchRule } from "../../core/pytorch.ts";

export const pixelShufflePytorch: PytorchRule = ([x], _types, { upscaleFactor }) =>
  `F.pixel_shuffle(${x}, ${upscaleFactor})`;
export const pixelUnshufflePytorch: PytorchRule = ([x], _types, { downscaleFactor }) =>
  `F.pixel_unshuffle(${x}, ${downscaleFactor})`;
