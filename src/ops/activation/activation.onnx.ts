import type { OnnxAttributes, OnnxCall, OnnxRule } from "../../core/onnx.ts";

const input = (call: OnnxCall): string => call.inputs[0]!.name;

const plain =
  (type: string): OnnxRule =>
  (call) =>
    call.add(type, [input(call)]);

/** An operator with one of the op's numbers under ONNX's name. */
const withNumber =
  (type: string, name: string, own: string): OnnxRule =>
  (call) =>
    call.add(type, [input(call)], { [name]: { float: call.attributes[own] as number } });

export const reluOnnx = plain("Relu");
export const sigmoidOnnx = plain("Sigmoid");
export const tanhOnnx = plain("Tanh");
export const erfOnnx = plain("Erf");
export const hardswishOnnx = plain("HardSwish");
export const eluOnnx = withNumber("Elu", "alpha", "alpha");
export const leakyReluOnnx = withNumber("LeakyRelu", "alpha", "negativeSlope");

export const relu6Onnx: OnnxRule = (call) => call.add("Clip", [input(call), call.float(0), call.float(6)]);

const sixth: OnnxAttributes = { alpha: { float: 1 / 6 }, beta: { float: 0.5 } };

export const hardsigmoidOnnx: OnnxRule = (call) => call.add("HardSigmoid", [input(call)], sixth);

export const siluOnnx: OnnxRule = (call) => call.add("Mul", [input(call), call.add("Sigmoid", [input(call)])]);

/** log(1 + e^x): above a threshold of 20 or more that is x itself in float32. */
export const softplusOnnx: OnnxRule = (call) => {
  const { beta, threshold } = call.attributes as { beta: number; threshold: number };
  const x = input(call);
  const scaled = beta === 1 ? x : call.add("Mul", [x, call.float(beta)]);
  const curve = call.add("Softplus", [scaled]);
  const result = beta === 1 ? curve : call.add("Div", [curve, call.float(beta)]);
  if (threshold >= 20) return result;
  return call.add("Where", [call.add("Less", [call.float(threshold), scaled]), x, result]);
};

/** An operator of its own since opset 20. */
export const geluOnnx: OnnxRule = (call) => {
  const x = input(call);
  const approximate = call.attributes.approximate as string;
  if (call.opset >= 20) return call.add("Gelu", [x], approximate === "none" ? {} : { approximate });
  const half = (factor: string) =>
    call.add("Mul", [call.add("Mul", [x, call.add("Add", [factor, call.float(1)])]), call.float(0.5)]);
  if (approximate === "none") return half(call.add("Erf", [call.add("Div", [x, call.float(Math.SQRT2)])]));
  const cube = call.add("Mul", [x, call.add("Mul", [x, x])]);
  const bent = call.add("Add", [x, call.add("Mul", [cube, call.float(0.044715)])]);
  return half(call.add("Tanh", [call.add("Mul", [bent, call.float(Math.sqrt(2 / Math.PI))])]));
};

/** One slope for each channel has to lie along the channels. */
export const preluOnnx: OnnxRule = (call) => {
  const [x, weight] = call.inputs as [OnnxCall["inputs"][number], OnnxCall["inputs"][number]];
  const after = Math.max(x.sizes.length - 2, 0);
  const single = weight.sizes[0] === 1 || after === 0;
  const axes = Array.from({ length: after }, (_, at) => at + 1);
  const slope = single ? weight.name : call.add("Unsqueeze", [weight.name, call.ints(axes)]);
  return call.add("PRelu", [x.name, slope]);
};
