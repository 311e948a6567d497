import type { Argument, KernelCall, KernelPlan, LayoutWish, WasmKernel } from "../../core/kernel.ts";
import { numel, type TensorType } from "../../core/shape.ts";
import type { AxisTable } from "./axis-map.ts";
import { resample2dOp, resampleTables } from "./resample.ts";
import { emitResample, resampleArguments } from "./resample-module.wasm.ts";

/** Elements of input and output that one piece is meant to touch: some tens of microseconds. */
const pieceElements = 1 << 15;

type Tables = readonly [starts: Int32Array, offsets: Int32Array, weights: Float32Array];

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

/** With four channels or more, pixels side by side are summed as vectors. */
const usesChannels = ({ shape }: TensorType) => shape.length === 4 && shape[1]! >= 4;

function plan(call: KernelCall): KernelPlan {
  const [height, width] = resampleTables(call.attributes);
  const channels = usesChannels(call.output);
  const { shape } = call.output;
  const [from, to] = [call.inputLayouts[0]!, call.outputLayout];
  const images = channels ? shape[0]! : numel(shape.slice(0, -2));
  const pixelLength = channels ? shape[1]! : 1;
  const rowLength = width.inputSize * pixelLength;
  const pitch = (strides: readonly number[], axis: number) => 4 * strides.at(axis)!;
  // Elements of an output row and of its share of the input.
  const rowElements = width.outputSize * pixelLength + Math.ceil((height.inputSize * rowLength) / height.outputSize);
  const bandRows = Math.min(height.outputSize, Math.max(1, Math.ceil(pieceElements / rowElements)));
  const bands = Math.ceil(height.outputSize / bandRows);
  const pieceUnits = Math.max(1, Math.floor(pieceElements / (bandRows * rowElements)));
  const units = images * bands;
  const tables = [
    ...termTables(height, pitch(from.strides, -2)),
    ...(channels ? termTables(width, 4 * pixelLength) : groupTables(width)),
  ];
  const [rowStarts, rowOffsets, rowWeights, columnStarts, columnOffsets, columnWeights] = tables.map(
    (_, index): Argument => ({ buffer: "table", index }),
  ) as [Argument, Argument, Argument, Argument, Argument, Argument];
  const values: Record<(typeof resampleArguments)[number], Argument> = {
    input: { buffer: "input", index: 0, offset: from.offset },
    output: { buffer: "output", index: 0, offset: to.offset },
    inputImage: channels ? pitch(from.strides, 0) : 4 * height.inputSize * width.inputSize,
    outputImage: channels ? pitch(to.strides, 0) : 4 * height.outputSize * width.outputSize,
    outputRow: pitch(to.strides, -2),
    outputPixel: 4 * pixelLength,
    ...{ rowLength, pixelLength, outputHeight: height.outputSize, outputWidth: width.outputSize },
    ...{ units, pieceUnits, bands, bandRows },
    ...{ rowStarts, rowOffsets, rowWeights, columnStarts, columnOffsets, columnWeights },
  };
  return {
    tables,
    steps: [
      {
        label: resample2dKernel.name,
        key: `resample ${channels ? "channels" : "planes"}`,
        emit: () => emitResample(channels, call.target),
        arguments: resampleArguments.map((name) => values[name]),
        pieces: Math.ceil(units / pieceUnits),
        scratchBytes: 4 * (rowLength + 1),
      },
    ],
  };
}

const noBorder = { top: 0, left: 0, bottom: 0, right: 0 };

export const resample2dKernel: WasmKernel = {
  op: resample2dOp,
  name: "resample",
  accepts: ([input], output) => input!.dtype === "float32" && numel(output.shape) > 0,
  wishes([input]) {
    const wish: LayoutWish = usesChannels(input!)
      ? { order: "channelsLast", border: noBorder }
      : { order: "contiguous" };
    return { inputs: [wish], output: wish.order, epilogue: false };
  },
  plan,
};
