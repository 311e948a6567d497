import { type PytorchRule, pythonBoolean, pythonCall, pythonSizes } from "../../core/pytorch.ts";

const sizes = (value: unknown) => pythonSizes(value as readonly number[]);

export const avgPool2dPytorch: PytorchRule = ([x], _types, attributes) => {
  const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = attributes;
  return pythonCall("F.avg_pool2d", [x!, sizes(kernelSize)], {
    stride: sizes(stride) === sizes(kernelSize) ? undefined : sizes(stride),
    padding: sizes(padding) === "0" ? undefined : sizes(padding),
    ceil_mode: ceilMode ? "True" : undefined,
    count_include_pad: countIncludePad ? undefined : pythonBoolean(false),
    divisor_override: divisorOverride === null ? undefined : String(divisorOverride),
  });
};

export const adaptiveAvgPool2dPytorch: PytorchRule = ([x], _types, { outputSize }) =>
  `F.adaptive_avg_pool2d(${x}, ${sizes(outputSize)})`;
