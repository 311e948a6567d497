import type { KernelCall, WasmKernel } from "../../core/kernel.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import type { TensorType } from "../../core/shape.ts";
import { type ConvTransposeAttributes, convTranspose2dOp } from "./conv-transpose2d.ts";
import { conv2dOp } from "./conv2d.ts";
import { common, convolutionWishes } from "./conv2d.wasm.ts";
import type { WeightView } from "./direct/problem.ts";
import type { ConvolutionAttributes, Pair } from "./geometry.ts";
import { chooseScheme } from "./winograd/choose.ts";
import { planWinograd } from "./winograd/step.ts";
import { f2x2, f4x4, type Scheme } from "./winograd/transforms.ts";
import { isPlain3x3 } from "./winograd-tile.ts";

/** An op as a convolution of 3x3 taps and stride 1. */
interface View {
  readonly op: PrimitiveOp;
  readonly name: string;
  /** Input pixel that output (0, 0) reads with the first tap. */
  first(attributes: ConvolutionAttributes): Pair;
  /** Where its weights lie in a row-major buffer. */
  weights(shape: readonly number[]): Omit<WeightView, "group">;
}

const forward: View = {
  op: conv2dOp,
  name: "conv2d",
  first: ({ padding }) => [-padding[0], -padding[1]],
  weights: ([, inputs]) => ({ offset: 0, output: inputs! * 9, input: 9, y: 3, x: 1 }),
};

/** Of stride 1: the kernel is turned by half a turn, and its inputs and outputs change places. */
const transposed: View = {
  op: convTranspose2dOp,
  name: "convTranspose2d",
  first: ({ padding }) => [padding[0] - 2, padding[1] - 2],
  weights: ([, outputs]) => ({ offset: 8, output: 9, input: outputs! * 9, y: -3, x: -1 }),
};

function winograd(view: View, scheme: Scheme): WasmKernel {
  return {
    op: view.op,
    name: `${view.name} F(${scheme.outputs}x${scheme.outputs},3x3)`,
    accepts(inputs, output, attributes, target) {
      if (!isPlain3x3(inputs[1]!.shape.slice(2), attributes as ConvolutionAttributes)) return false;
      return chooseScheme(inputs[0]!, output, target) === scheme;
    },
    wishes(inputs, output, attributes) {
      const first = view.first(attributes as ConvTransposeAttributes);
      return convolutionWishes(inputs, borderOf(inputs[0]!, output, first));
    },
    plan: (call) => plan(call, view, scheme),
  };
}

/** Zero pixels around the input that the outputs read. */
function borderOf({ shape }: TensorType, output: TensorType, [row, column]: Pair) {
  const beyond = (axis: 2 | 3, first: number) => Math.max(0, first + output.shape[axis]! + 2 - shape[axis]!);
  return { top: Math.max(0, -row), left: Math.max(0, -column), bottom: beyond(2, row), right: beyond(3, column) };
}

function plan(call: KernelCall, view: View, scheme: Scheme) {
  const [input, weight] = call.inputs as [TensorType, TensorType];
  const { output } = call;
  const first = view.first(call.attributes as ConvolutionAttributes);
  const weights = view.weights(weight.shape);
  const problem = {
    ...common(call),
    groups: 1,
    kernel: [3, 3],
    stride: [1, 1],
    dilation: [1, 1],
    first,
    outputSize: [output.shape[2]!, output.shape[3]!],
    output: call.outputLayout,
    epilogue: call.epilogue,
    weights: { ...weights, group: 0, offset: call.inputLayouts[1]!.offset + weights.offset },
    inputWidth: input.shape[3]!,
    border: borderOf(input, output, first),
  } as const;
  return planWinograd(call, problem, scheme);
}

/** conv2d by F(4x4,3x3), then F(2x2,3x3), then the transposed convolution likewise: where it is the fastest. */
export const winogradKernels: readonly WasmKernel[] = [forward, transposed].flatMap((view) =>
  [f4x4, f2x2].map((scheme) => winograd(view, scheme)),
);
