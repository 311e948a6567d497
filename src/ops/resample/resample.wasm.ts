import type { KernelCall, KernelPlan, WasmKernel } from "../../core/kernel.ts";
import { numel } from "../../core/shape.ts";
import type { AxisTable } from "./axis-map.ts";
import { resample2dOp, resampleTables } from "./resample.ts";
import { emitResample } from "./resample-module.wasm.ts";

/** Elements of input and output that one piece is meant to touch: some tens of microseconds. */
const pieceElements = 1 << 15;

/** Byte positions in `offsets` and `weights` where each row's terms begin, and byte offsets of input rows. */
function rowTables({ starts, indices, weights }: AxisTable, rowBytes: number) {
  return [
    starts.map((start) => 4 * start),
    indices.map((index) => index * rowBytes),
    Float32Array.from(weights),
  ] as const;
}

/**
 * Terms for four outputs at a time, tap by tap, as byte offsets in a row. A lane that has fewer taps than its neighbours
 * reads the zero behind the row.
 */
function groupTables({ starts, indices, weights, inputSize, outputSize }: AxisTable) {
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
  return [Int32Array.from(groupStarts), Int32Array.from(offsets), Float32Array.from(factors)] as const;
}

function plan(call: KernelCall): KernelPlan {
  const [height, width] = resampleTables(call.attributes);
  const planes = numel(call.output.shape.slice(0, -2));
  const inputPlane = height.inputSize * width.inputSize;
  const outputPlane = height.outputSize * width.outputSize;
  const rowElements = width.outputSize + Math.ceil(inputPlane / height.outputSize);
  const bandRows = Math.min(height.outputSize, Math.max(1, Math.ceil(pieceElements / rowElements)));
  const bands = Math.ceil(height.outputSize / bandRows);
  const pieceUnits = Math.max(1, Math.floor(pieceElements / (bandRows * rowElements)));
  const units = planes * bands;
  const tables = [...rowTables(height, 4 * width.inputSize), ...groupTables(width)];
  return {
    tables,
    steps: [
      {
        label: resample2dKernel.name,
        key: resample2dKernel.name,
        emit: () => emitResample(call.target),
        arguments: [
          { buffer: "input", index: 0, offset: call.inputLayouts[0]!.offset },
          { buffer: "output", index: 0, offset: call.outputLayout.offset },
          ...[4 * inputPlane, 4 * outputPlane, 4 * width.outputSize, width.inputSize, width.outputSize],
          ...[height.outputSize, units, pieceUnits, bands, bandRows],
          ...tables.map((_, index) => ({ buffer: "table", index }) as const),
        ],
        pieces: Math.ceil(units / pieceUnits),
        scratchBytes: 4 * (width.inputSize + 1),
      },
    ],
  };
}

export const resample2dKernel: WasmKernel = {
  op: resample2dOp,
  name: "resample",
  accepts: ([input], output) => input!.dtype === "float32" && numel(output.shape) > 0,
  wishes: () => ({ inputs: [{ order: "contiguous" }], output: "contiguous", epilogue: false }),
  plan,
};
