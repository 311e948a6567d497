import type {
  Argument,
  Border,
  BufferKind,
  Epilogue,
  KernelCall,
  KernelPlan,
  Layout,
  LayoutWish,
  NumericsMode,
  Target,
  WasmKernel,
} from "../core/kernel.ts";
import type { Attributes } from "../core/op.ts";
import { contiguousStrides, numel, type Shape, type TensorType } from "../core/shape.ts";
import { detectPlatform, findFusedMultiplyAdd } from "../devices/wasm/host.ts";

// Node 20 has relaxed SIMD behind a flag.
findFusedMultiplyAdd(detectPlatform());

/** Non-shared memory, so that it can grow; the tile as given. */
export function testTarget(
  tile: readonly [number, number] = [4, 8],
  fusedMultiplyAdd = true,
  numerics: NumericsMode = "fast",
): Target {
  return { fusedMultiplyAdd, numerics, tile, memory: { initialPages: 1, maximumPages: 65536, shared: false } };
}

export function contiguousLayout(shape: Shape): Layout {
  return { strides: contiguousStrides(shape), offset: 0, size: numel(shape) };
}

export const noBorder: Border = { top: 0, left: 0, bottom: 0, right: 0 };

/** A logical [N, C, H, W] stored N, H, W, C with a border around each plane. */
export function channelsLastLayout([batch, channels, height, width]: Shape, border: Border = noBorder): Layout {
  const row = (width! + border.left + border.right) * channels!;
  const plane = (height! + border.top + border.bottom) * row;
  return {
    strides: [plane, 1, row, channels!],
    offset: border.top * row + border.left * channels!,
    size: batch! * plane,
  };
}

/** A layout that fulfils the wish. */
export function wishedLayout(shape: Shape, wish: LayoutWish): Layout {
  return wish.order === "channelsLast" ? channelsLastLayout(shape, wish.border) : contiguousLayout(shape);
}

/** Copies row-major numbers into a zeroed buffer of that layout. */
export function store(values: Float32Array, shape: Shape, layout: Layout): Float32Array {
  const buffer = new Float32Array(layout.size);
  walk(shape, layout, (at, place) => {
    buffer[place] = values[at]!;
  });
  return buffer;
}

/** Reads a buffer of that layout back, row-major. */
export function load(buffer: Float32Array, shape: Shape, layout: Layout): Float32Array {
  const values = new Float32Array(numel(shape));
  walk(shape, layout, (at, place) => {
    values[at] = buffer[place]!;
  });
  return values;
}

function walk(shape: Shape, layout: Layout, visit: (at: number, place: number) => void): void {
  const index = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < numel(shape); at++) {
    let place = layout.offset;
    for (const [axis, each] of index.entries()) place += offsetAlong(layout, axis, each);
    visit(at, place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

function offsetAlong(layout: Layout, axis: number, index: number): number {
  return axis === 1 && layout.channelOffsets ? layout.channelOffsets[index]! : index * layout.strides[axis]!;
}

export interface KernelRun {
  readonly inputs: readonly TensorType[];
  readonly output: Shape;
  readonly attributes: Attributes;
  /** Row-major, one for each input. */
  readonly values: readonly Float32Array[];
  readonly target?: Target;
  /** Default: channelsLast without border where the kernel can write it, contiguous where not. */
  readonly outputLayout?: Layout;
  readonly epilogue?: Epilogue;
  /** Buffers of the epilogue's operands, in their layouts. */
  readonly operands?: readonly Float32Array[];
  readonly order?: "forward" | "backward";
}

/** Plans one call with the layouts that the kernel wishes for, runs it, and gives the output row-major. */
export function runKernel(kernel: WasmKernel, run: KernelRun): Float32Array {
  const output: TensorType = { shape: run.output, dtype: "float32" };
  const target = run.target ?? testTarget();
  if (!kernel.accepts(run.inputs, output, run.attributes, target)) throw new Error(`${kernel.name} doesn't accept`);
  const wishes = kernel.wishes(run.inputs, output, run.attributes);
  const inputLayouts = run.inputs.map(({ shape }, which) => wishedLayout(shape, wishes.inputs[which]!));
  const outputLayout =
    run.outputLayout ??
    (wishes.output === "contiguous" || run.output.length !== 4
      ? contiguousLayout(run.output)
      : channelsLastLayout(run.output));
  const call: KernelCall = {
    inputs: run.inputs,
    output,
    attributes: run.attributes,
    inputLayouts,
    outputLayout,
    epilogue: run.epilogue ?? null,
    target,
  };
  const buffers = run.inputs.map(({ shape }, which) => store(run.values[which]!, shape, inputLayouts[which]!));
  const prepared = prepare(kernel.plan(call), call, buffers, run.operands ?? []);
  prepared.run(run.order);
  return load(prepared.output(), run.output, outputLayout);
}

export interface PreparedPlan {
  /** Runs every step once. */
  run(order?: "forward" | "backward"): void;
  /** One call for each piece of each step: for measuring. */
  readonly pieces: readonly (() => void)[];
  /** A copy of the output's buffer. @throws Error when something outside the plan's buffers was written. */
  output(): Float32Array;
}

const gap = 256;
/** A quiet NaN: what is read outside a buffer spoils the result, and what is written there shows. */
const poison = 0x7fc0dead;

/** Lays a plan's buffers out in a new memory, with poisoned gaps between, and compiles its steps. */
export function prepare(
  plan: KernelPlan,
  call: KernelCall,
  inputs: readonly Float32Array[],
  operands: readonly Float32Array[] = [],
): PreparedPlan {
  const addresses = new Map<string, number>();
  const contents: { at: number; data: Float32Array | Int32Array | null; bytes: number }[] = [];
  let end = gap;
  const place = (
    kind: BufferKind | "scratch" | "arguments",
    index: number,
    bytes: number,
    data: Float32Array | Int32Array | null,
  ) => {
    addresses.set(`${kind} ${index}`, end);
    contents.push({ at: end, data, bytes });
    end += Math.ceil(bytes / 64) * 64 + gap;
  };
  for (const [index, data] of inputs.entries()) place("input", index, data.byteLength, data);
  for (const [index, data] of operands.entries()) place("operand", index, data.byteLength, data);
  place("output", 0, call.outputLayout.size * 4, new Float32Array(call.outputLayout.size));
  for (const [index, bytes] of (plan.workspaces ?? []).entries()) place("workspace", index, bytes, null);
  for (const [index, data] of (plan.tables ?? []).entries()) place("table", index, data.byteLength, data);
  for (const [index, step] of plan.steps.entries()) {
    place("scratch", index, step.scratchBytes ?? 0, null);
    place("arguments", index, step.arguments.length * 4, null);
  }
  const pages = Math.ceil(end / 65536);
  const { maximumPages, shared } = call.target.memory;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: maximumPages, shared });
  const words = new Int32Array(memory.buffer).fill(poison);
  for (const { at, data } of contents) {
    if (data) words.set(new Int32Array(data.buffer, data.byteOffset, data.length), at / 4);
  }
  const resolve = (argument: Argument): number => {
    if (typeof argument === "number") return argument;
    const base = addresses.get(`${argument.buffer} ${argument.index}`);
    if (base === undefined) throw new Error(`the plan has no ${argument.buffer} ${argument.index}`);
    return base + (argument.offset ?? 0) * 4;
  };
  const modules = new Map<string, WebAssembly.Instance>();
  const steps = plan.steps.map((step, index) => {
    const at = addresses.get(`arguments ${index}`)!;
    words.set(step.arguments.map(resolve), at / 4);
    let instance = modules.get(step.key);
    if (!instance) {
      instance = new WebAssembly.Instance(new WebAssembly.Module(step.emit()), { env: { memory } });
      modules.set(step.key, instance);
    }
    const run = instance.exports.run as (args: number, first: number, last: number, scratch: number) => void;
    const scratch = addresses.get(`scratch ${index}`)!;
    return Array.from({ length: step.pieces }, (_, piece) => () => run(at, piece, piece + 1, scratch));
  });
  return {
    run(order = "forward") {
      for (const pieces of steps) for (const piece of order === "forward" ? pieces : [...pieces].reverse()) piece();
    },
    pieces: steps.flat(),
    output() {
      let from = 0;
      for (const { at, bytes } of [...contents, { at: end, bytes: 0 }]) {
        for (let word = from / 4; word < at / 4; word++) {
          if (words[word] !== poison) throw new Error(`address ${word * 4} outside the buffers was written`);
        }
        from = at + bytes;
      }
      const start = addresses.get("output 0")!;
      return new Float32Array(memory.buffer.slice(start, start + call.outputLayout.size * 4));
    },
  };
}
