import type { Argument, KernelCall, KernelPlan, Layout, WasmKernel } from "../../core/kernel.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import type { Shape } from "../../core/shape.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndexOp, maxPool2dOp } from "./max-pool.ts";
import { emitPool, isDisjoint, type PoolCode, type PoolKind, poolArguments } from "./max-pool-module.wasm.ts";
import { windowsOf } from "./windows.ts";

/** Elements of x that one piece is meant to look at: some tens of microseconds. */
const pieceElements = 1 << 15;

/** Which of the call's buffers each tensor of the argument block is. */
const buffers: Record<PoolKind, Partial<Record<(typeof poolArguments)[number], "output" | number>>> = {
  value: { x: 0, pooled: "output" },
  index: { x: 0, pooled: "output" },
  gather: { x: 0, pooled: "output", full: 1 },
  gradient: { x: 0, pooled: 1, full: "output" },
};

/** N, C, H, W; without N, one image. */
const asFour = (values: readonly number[], missing: number) => (values.length === 3 ? [missing, ...values] : values);

function plan(kind: PoolKind, call: KernelCall): KernelPlan {
  const windows = windowsOf(call.attributes);
  const [count, channels, height, width] = asFour(call.inputs[0]!.shape, 1) as [number, number, number, number];
  const pooledShape: Shape = kind === "gradient" ? call.inputs[1]!.shape : call.output.shape;
  const [outHeight, outWidth] = pooledShape.slice(-2) as [number, number];
  const layoutOf = (buffer: "output" | number): Layout =>
    buffer === "output" ? call.outputLayout : call.inputLayouts[buffer]!;
  const used = poolArguments.map((name) => buffers[kind][name]);
  const lanes = used.every((buffer) => buffer === undefined || layoutOf(buffer).strides.at(-3) === 1) && channels > 1;
  const tensors = used.flatMap((buffer): Argument[] => {
    if (buffer === undefined) return [0, 0, 0, 0, 0];
    const { strides, offset } = layoutOf(buffer);
    const address: Argument =
      buffer === "output" ? { buffer: "output", index: 0, offset } : { buffer: "input", index: buffer, offset };
    return [address, ...asFour(strides, 0).map((stride) => 4 * stride)];
  });
  // Windows that share elements add to what others wrote: one piece then owns a whole image.
  const whole = kind === "gradient" && !isDisjoint(windows);
  const rowElements = Math.max(1, channels * width * windows[0].stride);
  const bandRows = whole ? outHeight : Math.min(outHeight, Math.max(1, Math.floor(pieceElements / rowElements)));
  const bands = Math.ceil(outHeight / bandRows);
  const covered =
    isDisjoint(windows) &&
    windows.every(({ kernel, stride, padding }, axis) => {
      const [size, out] = axis === 0 ? [height, outHeight] : [width, outWidth];
      return kernel === stride && padding === 0 && out * stride >= size;
    });
  const code: PoolCode = { kind, windows, channels, lanes };
  const { ceilMode } = windows[0];
  const numbers = windows.flatMap(({ kernel, stride, padding, dilation }) => [kernel, stride, padding, dilation]);
  return {
    steps: [
      {
        label: kernelName(kind),
        key: `maxPool2d ${kind} ${numbers.join(" ")} ${ceilMode} ${channels} ${lanes}`,
        emit: () => emitPool(code, call.target),
        arguments: [...tensors, height, width, outHeight, outWidth, bands, bandRows, covered ? 0 : 1],
        pieces: count * bands,
      },
    ],
  };
}

const kernelName = (kind: PoolKind) => `max-pool ${kind}`;

function kernel(op: PrimitiveOp, kind: PoolKind): WasmKernel {
  return {
    op,
    name: kernelName(kind),
    accepts: (inputs) => inputs.every(({ dtype }) => dtype === "float32"),
    wishes: (inputs) => ({ inputs: inputs.map(() => ({ order: "any" })), output: "any", epilogue: false }),
    plan: (call) => plan(kind, call),
  };
}

export const maxPool2dKernels: readonly WasmKernel[] = [
  kernel(maxPool2dOp, "value"),
  kernel(maxPool2dIndexOp, "index"),
  kernel(maxPool2dGatherOp, "gather"),
  kernel(maxPool2dGradientOp, "gradient"),
];
