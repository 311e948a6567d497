import type { OnnxCall } from "../../core/onnx.ts";
import type { ConvTransposeAttributes } from "./conv-transpose2d.ts";
import type { ConvolutionAttributes } from "./geometry.ts";

const names = ({ inputs }: OnnxCall) => inputs.map(({ name }) => name);

function geometryOf({ attributes, records }: OnnxCall) {
  const { stride, padding, dilation, groups } = attributes as ConvolutionAttributes;
  const [, weight] = records[0]!.inputs;
  return {
    dilations: dilation,
    group: groups,
    kernel_shape: weight!.shape.slice(2),
    pads: padding,
    strides: stride,
  };
}

export const conv2dOnnx = (call: OnnxCall): string => call.add("Conv", names(call), geometryOf(call));

export const convTranspose2dOnnx = (call: OnnxCall): string => {
  const { output_padding } = call.attributes as ConvTransposeAttributes;
  return call.add("ConvTranspose", names(call), { ...geometryOf(call), output_padding });
};
