import type { Expression } from "../core/expression.ts";
import type { Border, KernelPart, KernelPlan, KernelStep, Layout, Target, WasmKernel } from "../core/kernel.ts";
import type { Shape } from "../core/shape.ts";
import type { Buffer, View } from "./view.ts";
import type { Work } from "./work.ts";

/** What a device gives the planner: its kernels, and emitters for the passes that belong to no op. */
export interface PlanBackend {
  readonly target: Target;
  readonly bands: BandLimits;
  readonly kernels: readonly WasmKernel[];
  /** The most bytes that a plan may keep between runs. */
  readonly keptLimit: number;
  elementwise(spec: {
    label: string;
    shape: Shape;
    inputs: readonly Layout[];
    outputs: readonly Layout[];
    expressions: readonly Expression[];
    target: Target;
  }): KernelStep;
  reduce(spec: {
    label: string;
    operator: "sum" | "max";
    shape: Shape;
    inputs: readonly Layout[];
    expression: Expression;
    output: Layout;
    finish: Expression;
    finishInputs?: readonly Layout[];
    target: Target;
  }): KernelPlan;
  border(spec: { label: string; shape: Shape; layout: Layout; border: Border; target: Target }): KernelStep;
}

/** When a chain of steps runs band by band, in bytes. By shape alone: it never shows in the bits. */
export interface BandLimits {
  /** Values between steps that are smaller for each image stay whole. */
  readonly image: number;
  /** What bands of all values between the steps of a chain, and its workspaces, may take. */
  readonly chain: number;
}

/** The buffers that a step's arguments name. */
export interface StepBuffers {
  readonly input: readonly Buffer[];
  readonly output: readonly Buffer[];
  readonly operand: readonly Buffer[];
  readonly workspace: readonly Buffer[];
  readonly table: readonly Buffer[];
}

export interface StepViews {
  readonly input: readonly View[];
  readonly output: readonly View[];
  readonly operand: readonly View[];
}

export interface PlannedStep {
  readonly step: KernelStep;
  /** In a chain: what runs instead of the whole step. */
  readonly parts?: readonly KernelPart[];
  readonly buffers: StepBuffers;
  readonly work: Work;
  /** How the numbers that it reads and writes lie, or how many bytes they are. For people. */
  readonly moved: StepViews | number;
}

/** Steps that run band by band: all that they touch is alive together. */
export interface Chain {
  /** Of the plan's steps. */
  readonly first: number;
  readonly last: number;
  /** Parts of these steps, in the order in which they run. */
  readonly turns: readonly { readonly step: number; readonly part: number }[];
}

/** Steps in order, with every buffer placed. Independent of numbers, cells and addresses. */
export interface Plan {
  readonly steps: readonly PlannedStep[];
  readonly chains: readonly Chain[];
  /** So many steps come first that depend only on `keptCells`: they run again when one of these has changed. */
  readonly prologueSteps: number;
  /** Results of these steps that outlive a run, and their byte offsets in memory of their own: not in the arena. */
  readonly kept: ReadonlyMap<Buffer, number>;
  readonly keptBytes: number;
  readonly keptCells: readonly number[];
  readonly buffers: readonly Buffer[];
  /** Byte offset in the arena, by buffer id; -1 for buffers that live elsewhere. */
  readonly offsets: readonly number[];
  /** For each buffer in the arena, the first and last step at which it is alive. The input is before step 0, an output to the end. */
  readonly lifetimes: ReadonlyMap<Buffer, Lifetime>;
  readonly arenaBytes: number;
  /** The most bytes that are alive during one step: no arena can be smaller. */
  readonly liveBytes: number;
  readonly outputs: readonly View[];
  readonly dataBuffers: readonly Buffer[];
}

export interface Lifetime {
  readonly first: number;
  readonly last: number;
  /** With what fills it up to the next multiple of 64. */
  readonly bytes: number;
}

/** The buffers that a step touches: the first steps of a kernel leave its output alone. */
export function touched(step: PlannedStep): readonly Buffer[] {
  const { buffers } = step;
  return step.step.arguments.flatMap((each) => (typeof each === "number" ? [] : [buffers[each.buffer][each.index]!]));
}

/** What a buffer takes: each begins at a multiple of 64 bytes. */
export function alignedBytes({ size }: Buffer): number {
  return Math.ceil(size / 16) * 64;
}
