import { elementwiseStep } from "../../codegen/wasm/elementwise.ts";
import { input as inputOf } from "../../core/expression.ts";
import {
  type Argument,
  type KernelCall,
  type KernelPlan,
  type KernelStep,
  type Layout,
  scratchLimit,
  type WasmKernel,
} from "../../core/kernel.ts";
import { contiguousStrides, numel, type TensorType } from "../../core/shape.ts";
import type { AxisTable } from "./axis-map.ts";
import { type Phases, phasesOf } from "./phases.wasm.ts";
import { resample2dOp, resampleTables } from "./resample.ts";
import { emitResample, resampleArguments, resampleScratch } from "./resample-module.wasm.ts";

/** Elements of input and output that one piece is meant to touch: some tens of microseconds. */
const pieceElements = 1 << 15;

type Tables = readonly (Float32Array | Int32Array)[];

/** Where each output's terms begin, in bytes; the byte offset of each term's input; its weight. */
function termTables({ starts, indices, weights }: AxisTable, pitch: number): Tables {
  return [starts.map((start) => 4 * start), indices.map((index) => index * pitch), Float32Array.from(weights)];
}

/**
 * Terms for four outputs at a time, tap by tap, as byte offsets in a row. A lane that has fewer taps than its neighbours
 * reads the zero behind the row.
 */
function groupTables({ starts, indices, weights, inputSize, outputSize }: AxisTable): Tables {
  const groupStarts = [0];
  const offsets: number[] = [];
  const factors: number[] = [];
  for (let group = 0; group < outputSize; group += 4) {
    const lanes = [0, 1, 2, 3].map((lane) => {
      const output = group + lane;
      return output < outputSize ? { from: starts[output]!, to: starts[output + 1]! } : { from: 0, to: 0 };
    });
    const taps = Math.max(...lanes.map(({ from, to }) => to - from));
    for (let tap = 0; tap < taps; tap++) {
      for (const { from, to } of lanes) {
        const there = from + tap < to;
        offsets.push(4 * (there ? indices[from + tap]! : inputSize));
        factors.push(there ? weights[from + tap]! : 0);
      }
    }
    groupStarts.push(4 * offsets.length);
  }
  return [Int32Array.from(groupStarts), Int32Array.from(offsets), Float32Array.from(factors)];
}

/** With four channels or more, pixels side by side can be summed as vectors. */
const usesChannels = ({ shape }: TensorType) => shape.length === 4 && shape[1]! >= 4;

/** Row-major planes, or N, H, W, C with any distance of rows and images. */
type Order = "planes" | "channels";

function hasOrder(order: Order, { shape }: TensorType, { strides }: Layout): boolean {
  const wanted = contiguousStrides(shape);
  if (order === "planes") return shape.every((size, axis) => size === 1 || strides[axis] === wanted[axis]);
  return strides[1] === 1 && (shape[3] === 1 || strides[3] === shape[1]);
}

function packed(order: Order, { shape }: TensorType): Layout {
  const [, channels, height, width] = shape as [number, number, number, number];
  const strides =
    order === "planes" ? contiguousStrides(shape) : [height * width * channels, 1, width * channels, channels];
  return { strides, offset: 0, size: numel(shape) };
}

/**
 * Planes where the output is wanted so and vectors can lie along rows; channels else. What lies otherwise is converted
 * here, input or output: usually the smaller one.
 */
function plan(call: KernelCall): KernelPlan {
  const { inputs, output, outputLayout, target } = call;
  const input = inputs[0]!;
  const inputLayout = call.inputLayouts[0]!;
  const [height, width] = resampleTables(call.attributes);
  const phases = phasesOf(width);
  const channelsFit = usesChannels(output) && resampleScratch(width.inputSize * output.shape[1]!) <= scratchLimit;
  const order: Order = channelsFit && !(phases && hasOrder("planes", output, outputLayout)) ? "channels" : "planes";
  const workspaces: number[] = [];
  /** Where the pass finds its input or output, and in `steps` what converts between that and the call's own. */
  const place = (which: "input" | "output", type: TensorType, own: Layout, steps: KernelStep[]): Place => {
    if (hasOrder(order, type, own)) return { buffer: which, index: 0, layout: own };
    const { shape } = type;
    const layout = packed(order, type);
    const index = workspaces.push(4 * layout.size) - 1;
    const [from, to] = which === "input" ? [own, layout] : [layout, own];
    const label = "layout";
    const step = elementwiseStep({ label, shape, inputs: [from], outputs: [to], expressions: [inputOf(0)], target });
    // The side that is neither the call's input nor its output is a workspace.
    const words = step.arguments.map((word) =>
      typeof word !== "number" && word.buffer !== which ? { ...word, buffer: "workspace" as const, index } : word,
    );
    steps.push({ ...step, arguments: words });
    return { buffer: "workspace", index, layout };
  };
  const before: KernelStep[] = [];
  const after: KernelStep[] = [];
  const from = place("input", input, inputLayout, before);
  const to = place("output", output, outputLayout, after);
  const main = resampleStep(call, order === "channels" ? "channels" : (phases ?? "gather"), [height, width], from, to);
  return { steps: [...before, main.step, ...after], tables: main.tables, workspaces };
}

interface Place {
  readonly buffer: "input" | "output" | "workspace";
  readonly index: number;
  readonly layout: Layout;
}

function resampleStep(
  { output: { shape }, target }: KernelCall,
  kind: "channels" | "gather" | Phases,
  [height, width]: readonly [AxisTable, AxisTable],
  from: Place,
  to: Place,
): { step: KernelStep; tables: Tables } {
  const channels = kind === "channels";
  const images = channels ? shape[0]! : numel(shape.slice(0, -2));
  const pixelLength = channels ? shape[1]! : 1;
  const rowLength = width.inputSize * pixelLength;
  const pitch = ({ layout }: Place, axis: number) => 4 * layout.strides.at(axis)!;
  // Elements of an output row and of its share of the input.
  const rowElements = width.outputSize * pixelLength + Math.ceil((height.inputSize * rowLength) / height.outputSize);
  const bandRows = Math.min(height.outputSize, Math.max(1, Math.ceil(pieceElements / rowElements)));
  const bands = Math.ceil(height.outputSize / bandRows);
  const pieceUnits = Math.max(1, Math.floor(pieceElements / (bandRows * rowElements)));
  const units = images * bands;
  const down = termTables(height, pitch(from, -2));
  const across = channels ? termTables(width, 4 * pixelLength) : kind === "gather" ? groupTables(width) : null;
  const tables = [...down, ...(across ?? [(kind as Phases).weights])];
  const table = (index: number): Argument => ({ buffer: "table", index });
  const place = ({ buffer, index, layout }: Place): Argument => ({ buffer, index, offset: layout.offset });
  const values: Record<(typeof resampleArguments)[number], Argument> = {
    input: place(from),
    output: place(to),
    inputImage: channels ? pitch(from, 0) : 4 * height.inputSize * width.inputSize,
    outputImage: channels ? pitch(to, 0) : 4 * height.outputSize * width.outputSize,
    outputRow: pitch(to, -2),
    outputPixel: 4 * pixelLength,
    ...{ rowLength, pixelLength, outputHeight: height.outputSize, outputWidth: width.outputSize },
    ...{ units, pieceUnits, bands, bandRows },
    ...{ rowStarts: table(0), rowOffsets: table(1), rowWeights: table(2) },
    columnStarts: across ? table(3) : 0,
    columnOffsets: across ? table(4) : 0,
    columnWeights: table(across ? 5 : 3),
  };
  const shapes = typeof kind === "string" ? kind : kind.windows;
  const step = {
    label: resample2dKernel.name,
    key: `resample ${JSON.stringify(shapes)}`,
    emit: () => emitResample(shapes, target),
    arguments: resampleArguments.map((name) => values[name]),
    pieces: Math.ceil(units / pieceUnits),
    scratchBytes: resampleScratch(rowLength),
  };
  return { step, tables };
}

export const resample2dKernel: WasmKernel = {
  op: resample2dOp,
  name: "resample",
  accepts: (_inputs, output) => numel(output.shape) > 0,
  wishes([input]) {
    const order = usesChannels(input!) ? "any" : "contiguous";
    return { inputs: [{ order }], output: order, epilogue: false };
  },
  plan,
};
