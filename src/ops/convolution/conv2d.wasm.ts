import { type Border, inputAddress, type KernelCall, type KernelPlan, type WasmKernel } from "../../core/kernel.ts";
import type { TensorType } from "../../core/shape.ts";
import { bandsOf } from "./bands.ts";
import { conv2dOp } from "./conv2d.ts";
import { flatten } from "./direct/flatten.ts";
import { packedBytes, packStep } from "./direct/pack.ts";
import { type DirectProblem, panelsOf } from "./direct/problem.ts";
import { directStep } from "./direct/step.ts";
import type { ConvolutionAttributes } from "./geometry.ts";

/** Direct convolution over N, H, W, C planes with a border of zeros: any stride, dilation and groups. */
export const conv2dDirect: WasmKernel = {
  op: conv2dOp,
  name: "conv2d direct",
  accepts: () => true,
  wishes(inputs, output, attributes) {
    const [input, weight] = inputs;
    const { stride, padding, dilation } = attributes as ConvolutionAttributes;
    // Rows outside the input are skipped, so only columns need a border.
    const last = (output.shape[3]! - 1) * stride[1] - padding[1] + dilation[1] * (weight!.shape[3]! - 1);
    const right = Math.max(0, last - (input!.shape[3]! - 1));
    const border = { top: 0, left: Math.max(0, padding[1]), bottom: 0, right };
    return convolutionWishes(inputs, border);
  },
  plan(call) {
    const [outputs, perGroup, height, width] = call.inputs[1]!.shape as [number, number, number, number];
    const { stride, padding, dilation, groups } = call.attributes as ConvolutionAttributes;
    const taps = height * width;
    return planDirect(call, [
      {
        ...common(call),
        groups,
        kernel: [height, width],
        stride,
        dilation,
        first: [-padding[0], -padding[1]],
        outputSize: [call.output.shape[2]!, call.output.shape[3]!],
        output: call.outputLayout,
        epilogue: call.epilogue,
        weights: {
          offset: call.inputLayouts[1]!.offset,
          group: (outputs / groups) * perGroup * taps,
          output: perGroup * taps,
          input: taps,
          y: width,
          x: 1,
        },
      },
    ]);
  },
};

/** The input with a border, weight and bias as they lie; results go anywhere. */
export const convolutionWishes = (inputs: readonly TensorType[], border: Border): ReturnType<WasmKernel["wishes"]> => ({
  inputs: [{ order: "channelsLast", border }, ...inputs.slice(1).map(() => ({ order: "contiguous" }) as const)],
  output: "scatter",
  epilogue: true,
});

/** What a call says of all its problems. */
export function common({ inputs, output, inputLayouts, target }: KernelCall) {
  return {
    batch: output.shape[0]!,
    channels: inputs[0]!.shape[1]!,
    inputHeight: inputs[0]!.shape[2]!,
    outputs: output.shape[1]!,
    bias: inputs.length > 2,
    input: inputLayouts[0]!,
    target,
  };
}

/** Packs and convolves one problem after the other. */
export function planDirect(call: KernelCall, problems: readonly DirectProblem[]): KernelPlan {
  const bias = inputAddress(call, 2);
  const workspaces: number[] = [];
  const tables: Int32Array[] = [];
  const steps = problems.map(flatten).flatMap((problem, workspace) => {
    const panels = panelsOf(problem);
    workspaces.push(packedBytes(panels));
    const pack = packStep(problem, panels, bias, workspace);
    const step = directStep(problem, panels, workspace, tables);
    // Lines that run over several rows of the output can't begin in the middle of one.
    if (problems.length > 1 || problem.line !== undefined) return [pack, step];
    return [pack, { ...step, bands: bandsOf(problem, 1, (part) => directStep(part, panels, workspace, [])) }];
  });
  return { steps, workspaces, tables };
}
