import { type PytorchRule, pythonBoolean, pythonCall, pythonSizes } from "../../core/pytorch.ts";

export const upsamplePytorch: PytorchRule = ([x], _types, { size, scaleFactor, mode, alignCorners }) => {
  const sizes = (value: unknown) => (value === null ? undefined : pythonSizes(value as readonly number[]));
  return pythonCall("F.interpolate", [x!], {
    size: sizes(size),
    scale_factor: sizes(scaleFactor),
    mode: `"${mode}"`,
    align_corners: mode === "nearest" ? undefined : pythonBoolean(alignCorners),
  });
};
