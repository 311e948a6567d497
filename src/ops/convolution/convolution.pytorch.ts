import { type PytorchRule, pythonCall, pythonSizes } from "../../core/pytorch.ts";
import type { ConvolutionAttributes, Sides } from "./geometry.ts";

/** Sides that differ are padded before: PyTorch's own padding has one number an axis. */
export const conv2dPytorch: PytorchRule = ([x, weight, bias], _types, attributes) => {
  const { stride, padding, dilation, groups } = attributes as ConvolutionAttributes;
  const [top, left, bottom, right] = padding;
  const even = top === bottom && left === right;
  const input = even ? x! : `F.pad(${x}, (${left}, ${right}, ${top}, ${bottom}))`;
  return pythonCall("F.conv2d", [input, weight!, ...(bias ? [bias] : [])], {
    stride: unless(stride, 1),
    padding: even ? unless([top, left], 0) : undefined,
    dilation: unless(dilation, 1),
    groups: groups === 1 ? undefined : String(groups),
  });
};

export const convTranspose2dPytorch: PytorchRule = ([x, weight, bias], _types, attributes) => {
  const { stride, dilation, groups } = attributes as ConvolutionAttributes;
  const [top, left, bottom, right] = attributes.padding as unknown as Sides;
  if (top !== bottom || left !== right || Math.min(top, left) < 0) return null;
  return pythonCall("F.conv_transpose2d", [x!, weight!, ...(bias ? [bias] : [])], {
    stride: unless(stride, 1),
    padding: unless([top, left], 0),
    output_padding: unless(attributes.output_padding as readonly number[], 0),
    groups: groups === 1 ? undefined : String(groups),
    dilation: unless(dilation, 1),
  });
};

function unless(sizes: readonly number[], usual: number): string | undefined {
  return sizes.every((each) => each === usual) ? undefined : pythonSizes(sizes);
}
