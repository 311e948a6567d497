import {
  type Argument,
  type KernelCall,
  type KernelPlan,
  type Layout,
  type LayoutWish,
  noBorder,
  type WasmKernel,
} from "../../core/kernel.ts";
import type { PrimitiveOp } from "../../core/op.ts";
import { maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndexOp, maxPool2dOp } from "./max-pool.ts";
import { emitPool, poolTensors } from "./max-pool-module.wasm.ts";
import { isDisjoint, type PoolCode, type PoolKind } from "./max-pool-window.wasm.ts";
import { windowsOf } from "./windows.ts";

/** Elements of x that one piece is meant to look at: some tens of microseconds. */
const pieceElements = 1 << 15;

/** Which of the call's buffers each tensor of the argument block is: the number of an input, or the output. */
type Roles = Readonly<Partial<Record<(typeof poolTensors)[number], number | "output">>>;

const rolesOf: Readonly<Record<PoolKind, Roles>> = {
  value: { x: 0, pooled: "output" },
  index: { x: 0, pooled: "output" },
  gather: { x: 0, pooled: "output", full: 1 },
  gradient: { x: 0, pooled: 1, full: "output" },
};

/** N, C, H, W; without N, one image. */
const asFour = (values: readonly number[], missing: number) => (values.length === 3 ? [missing, ...values] : values);

function plan(kind: PoolKind, call: KernelCall): KernelPlan {
  const roles = rolesOf[kind];
  const windows = windowsOf(call.attributes);
  const [count, channels, height, width] = asFour(call.inputs[0]!.shape, 1) as [number, number, number, number];
  const pooled = kind === "gradient" ? call.inputs[1]! : call.output;
  const [outHeight, outWidth] = pooled.shape.slice(-2) as [number, number];

  const layoutOf = (name: (typeof poolTensors)[number]): Layout | null => {
    const role = roles[name];
    return role === undefined ? null : role === "output" ? call.outputLayout : call.inputLayouts[role]!;
  };
  const sideBySide = (name: (typeof poolTensors)[number]) => (layoutOf(name)?.strides.at(-3) ?? 1) === 1;
  const lanes = channels > 1 && sideBySide("x") && sideBySide("full");
  const code: PoolCode = { kind, windows, channels, lanes, pooledLanes: sideBySide("pooled") };
  const tensors = poolTensors.flatMap((name): Argument[] => {
    const layout = layoutOf(name);
    if (!layout) return [0, 0, 0, 0, 0];
    const { strides, offset } = layout;
    const role = roles[name]!;
    const address: Argument =
      role === "output" ? { buffer: "output", index: 0, offset } : { buffer: "input", index: role, offset };
    return [address, ...asFour(strides, 0).map((stride) => 4 * stride)];
  });

  const disjoint = isDisjoint(windows);
  // Windows that share elements add to what others wrote: one piece then owns a whole image.
  const whole = kind === "gradient" && !disjoint;
  const rowElements = Math.max(1, channels * width * windows[0].stride);
  const bandRows = whole ? outHeight : Math.min(outHeight, Math.max(1, Math.floor(pieceElements / rowElements)));
  const bands = Math.ceil(outHeight / bandRows);
  const covers = ([axis, size, out]: readonly [0 | 1, number, number]) => {
    const { kernel, stride, padding } = windows[axis];
    return kernel === stride && padding === 0 && out * stride >= size;
  };
  const filled = disjoint && covers([0, height, outHeight]) && covers([1, width, outWidth]);
  const numbers = windows.flatMap(({ kernel, stride, padding, dilation }) => [kernel, stride, padding, dilation]);
  return {
    steps: [
      {
        label: kernelName(kind),
        key: [kernelName(kind), ...numbers, windows[0].ceilMode, channels, lanes, code.pooledLanes].join(" "),
        emit: () => emitPool(code, call.target),
        arguments: [...tensors, height, width, outHeight, outWidth, bands, bandRows, filled ? 0 : 1],
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
    accepts: (_inputs, output) => !output.shape.includes(0),
    // Vectors of channels pay for the conversion of a full-size tensor; a pooled one is read and written as it lies.
    wishes([x]) {
      const vectors = x!.shape.length === 4 && x!.shape[1]! >= 4;
      const full: LayoutWish = vectors ? { order: "channelsLast", border: noBorder } : { order: "any" };
      const inputs: LayoutWish[] =
        kind === "gradient" ? [full, { order: "any" }] : kind === "gather" ? [full, full] : [full];
      return { inputs, output: kind === "gradient" && vectors ? "channelsLast" : "any", epilogue: false };
    },
    plan: (call) => plan(kind, call),
  };
}

export const maxPool2dKernels: readonly WasmKernel[] = [
  kernel(maxPool2dOp, "value"),
  kernel(maxPool2dIndexOp, "index"),
  kernel(maxPool2dGatherOp, "gather"),
  kernel(maxPool2dGradientOp, "gradient"),
];
