import { type PytorchRule, pythonCall, pythonSizes } from "../../core/pytorch.ts";

const sizes = (value: unknown) => pythonSizes(value as readonly number[]);

export const maxPool2dPytorch: PytorchRule = ([x], _types, { kernelSize, stride, padding, dilation, ceilMode }) =>
  pythonCall("F.max_pool2d", [x!, sizes(kernelSize)], {
    stride: sizes(stride) === sizes(kernelSize) ? undefined : sizes(stride),
    padding: sizes(padding) === "0" ? undefined : sizes(padding),
    dilation: sizes(dilation) === "1" ? undefined : sizes(dilation),
    ceil_mode: ceilMode ? "True" : undefined,
  });
