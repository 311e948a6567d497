import type { Expression } from "./expression.ts";
import type { Attributes, PrimitiveOp } from "./op.ts";
import type { TensorType } from "./shape.ts";

/** How a tensor lies in its buffer: element `i` is at `offset + Σ i[axis] · strides[axis]`, in elements of 4 bytes. */
export interface Layout {
  readonly strides: readonly number[];
  /** Offsets along axis 1 where no single stride gives them, as when a pixel shuffle is only where results are stored. */
  readonly channelOffsets?: readonly number[];
  readonly offset: number;
  /** Elements of the whole buffer, borders included. */
  readonly size: number;
}

/** Zero pixels around each plane. */
export interface Border {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const noBorder: Border = { top: 0, left: 0, bottom: 0, right: 0 };

/** The layout that a kernel wants for an input. `channelsLast` is N, H, W, C with at least this border of zeros. */
export type LayoutWish =
  | { readonly order: "any" }
  | { readonly order: "contiguous" }
  | { readonly order: "channelsLast"; readonly border: Border };

/**
 * The layouts that a kernel can write: row-major, N-H-W-C with any border (which the engine zeroes), any strides at all,
 * or any strides with `channelOffsets`.
 */
export type OutputOrder = "contiguous" | "channelsLast" | "any" | "scatter";

/**
 * "exact": every kernel rounds at most as much as a plain sum of products. "fast": also kernels that round up to four times
 * as much where they save time. It changes bits, so it is recorded in checkpoints.
 */
export type NumericsMode = "exact" | "fast";

/** What the machine at hand offers, and what the user allows: nothing else about it may reach an emitter. */
export interface Target {
  /** `f32x4.relaxed_madd` is there. It changes bits, so it is recorded in checkpoints. */
  readonly fusedMultiplyAdd: boolean;
  readonly numerics: NumericsMode;
  /** Rows and columns of the register tile that the probe found fastest: columns is a multiple of 4. */
  readonly tile: readonly [rows: number, columns: number];
  readonly memory: { readonly initialPages: number; readonly maximumPages: number; readonly shared: boolean };
}

/**
 * Elementwise work done on each result before it is stored. Input 0 of the expression is the result, input i + 1 is
 * operand i, read at the same logical index through its own strides (0: repeated along that axis).
 */
export interface Epilogue {
  readonly expression: Expression;
  readonly operands: readonly Layout[];
}

/** One call to plan: types, attributes and where everything lies. */
export interface KernelCall {
  readonly inputs: readonly TensorType[];
  readonly output: TensorType;
  readonly attributes: Attributes;
  readonly inputLayouts: readonly Layout[];
  readonly outputLayout: Layout;
  readonly epilogue: Epilogue | null;
  readonly target: Target;
}

/** A 32-bit word of a step's argument block: a number, or the byte address of a buffer (plus `offset` elements). */
export type Argument = number | { readonly buffer: BufferKind; readonly index: number; readonly offset?: number };

/**
 * `operand`: of the epilogue. `workspace`: memory of this call alone: the first step that names it fills it, later ones only
 * read it. `table`: constants of the plan.
 */
export type BufferKind = "input" | "output" | "operand" | "workspace" | "table";

/** The most scratch memory that a step may ask for, in bytes. */
export const scratchLimit = 1 << 20;

/**
 * A module and how to call it. It exports `run(arguments, first, last, scratch)`, all i32: the address of the argument
 * block, the pieces [first, last) to do, and the address of this thread's scratch memory. Pieces may run in any order
 * and on any thread, and their number depends on shapes alone, so the bits do too.
 */
export interface KernelStep {
  readonly label: string;
  /** Equal keys mean equal bytes: a kernel is compiled once. Holds all that is baked in: never N, H, W or addresses. */
  readonly key: string;
  readonly emit: () => Uint8Array<ArrayBuffer>;
  readonly arguments: readonly Argument[];
  readonly pieces: number;
  /** Bytes of scratch memory that each thread needs: at most `scratchLimit`. */
  readonly scratchBytes?: number;
  /** How it can be run band by band. */
  readonly bands?: Bands;
}

/** The same module on other arguments. */
export type KernelPart = Pick<KernelStep, "arguments" | "pieces">;

/** The output rows [from, to) of one image. Shifts, in elements, are added to the addresses: rows may lie in a smaller buffer. */
export interface Band {
  readonly image: number;
  readonly from: number;
  readonly to: number;
  readonly inputShift: number;
  readonly outputShift: number;
}

/** A step whose output rows depend on few rows of \`input\` 0, run in parts that give the bits of the whole. */
export interface Bands {
  readonly images: number;
  readonly rows: number;
  readonly inputRows: number;
  /** Bands begin at multiples of so many rows. */
  readonly align: number;
  readonly input: Layout;
  readonly output: Layout;
  /** The input rows [first, end) that a band reads: no others need to be there, nor a border above and below. */
  reads(from: number, to: number): readonly [first: number, end: number];
  part(band: Band): KernelPart;
}

export interface KernelPlan {
  readonly steps: readonly KernelStep[];
  /** Bytes of each workspace. */
  readonly workspaces?: readonly number[];
  readonly tables?: readonly (Float32Array | Int32Array)[];
}

/** The address of input number `index`, 0 where a call has none. */
export function inputAddress({ inputLayouts }: KernelCall, index: number): Argument {
  const layout = inputLayouts[index];
  return layout ? { buffer: "input", index, offset: layout.offset } : 0;
}

export const outputAddress = ({ outputLayout }: KernelCall): Argument => ({
  buffer: "output",
  index: 0,
  offset: outputLayout.offset,
});

/** The wishes of a kernel that takes and gives tensors as they lie by themselves, and nothing behind it. */
export const contiguousWishes: WasmKernel["wishes"] = (inputs) => ({
  inputs: inputs.map(() => ({ order: "contiguous" })),
  output: "contiguous",
  epilogue: false,
});

/** One way to run one op on the WASM device. The first of a list that accepts is taken. */
export interface WasmKernel {
  readonly op: PrimitiveOp;
  readonly name: string;
  accepts(inputs: readonly TensorType[], output: TensorType, attributes: Attributes, target: Target): boolean;
  wishes(
    inputs: readonly TensorType[],
    output: TensorType,
    attributes: Attributes,
  ): { readonly inputs: readonly LayoutWish[]; readonly output: OutputOrder; readonly epilogue: boolean };
  plan(call: KernelCall): KernelPlan;
}
