import { accessOf } from "../../codegen/wasm/operand.ts";
import { chooseTile, evenParts, evenPieces } from "../../codegen/wasm/tiles.ts";
import { expressionKey, input } from "../../core/expression.ts";
import {
  type Argument,
  contiguousWishes,
  inputAddress,
  type KernelCall,
  type KernelPlan,
  outputAddress,
  type WasmKernel,
} from "../../core/kernel.ts";
import { numel } from "../../core/shape.ts";
import { emitGemm, type Gemm, gemmArgumentNames, gemmScratchBytes, mostDepth } from "./gemm.wasm.ts";
import { emitAddSplits, type Finish, splitArgumentNames } from "./gemm-finish.wasm.ts";
import { batchOffsets, type MatmulSizes, matmulOp, matmulSizes } from "./matmul.ts";

/** Rows of a that a piece goes over with one packed panel. */
const mostPieceRows = 256;
const pieceFlops = 10e6;
/** What turning an element of b into a panel costs, measured. */
const packingFlops = 32;

export const matmulWasm: WasmKernel = {
  op: matmulOp,
  name: "gemm",
  accepts: (inputs, output, attributes) => numel(output.shape) > 0 && matmulSizes(inputs, attributes).k > 0,
  wishes: (...call) => ({ ...contiguousWishes(...call), epilogue: true }),
  plan(call): KernelPlan {
    const { target, attributes } = call;
    const sizes = matmulSizes(call.inputs, attributes);
    const cuts = cut(sizes, call);
    const finish = finishOf(call);
    const split = cuts.splits > 1;
    const gemm: Gemm = {
      transposeA: attributes.transposeA === true,
      transposeB: attributes.transposeB === true,
      finish: split ? null : finish,
      entryWords: 2 + (call.epilogue?.operands.length ?? 0),
      rows: cuts.mostRows,
      vectors: [...new Set(cuts.columnBlocks)],
    };
    const finishKey = (each: Finish | null) => each && [each.bias, each.operands, expressionKey([each.expression])];
    const key = JSON.stringify([{ ...gemm, finish: finishKey(gemm.finish) }, target]);
    const where = finish ? finishArguments(call) : [];
    const steps: KernelPlan["steps"][number][] = [
      {
        label: "matmul",
        key: `matmul ${key}`,
        emit: () => emitGemm(gemm, target),
        arguments: [...gemmArguments(call, sizes, cuts), ...(split ? [] : where)],
        pieces: numel(sizes.batch) * cuts.splits * cuts.rowParts * cuts.columnParts,
        scratchBytes: gemmScratchBytes(cuts.columnBlocks[0]!, pieceRows(cuts)),
      },
    ];
    if (split) {
      const own = finish ?? { bias: false, expression: input(0), operands: [] };
      const total = numel(sizes.batch) * sizes.m;
      const pieces = Math.min(total, Math.ceil((total * sizes.n * cuts.splits) / (1 << 18)));
      const values: Record<(typeof splitArgumentNames)[number], Argument> = {
        partial: { buffer: "workspace", index: 0 },
        c: outputAddress(call),
        table: { buffer: "table", index: 0 },
        m: sizes.m,
        total,
        n: sizes.n,
        partialRow: 16 * cuts.vectors,
        partialSplit: 16 * cuts.vectors * total,
        splits: cuts.splits,
        pieces,
      };
      steps.push({
        label: "matmul: add parts",
        key: `matmul split ${JSON.stringify([finishKey(own), target])}`,
        emit: () => emitAddSplits(own, target),
        arguments: [...splitArgumentNames.map((name) => values[name]), ...(finish ? where : [0])],
        pieces,
      });
    }
    const workspaces = split ? [16 * cuts.vectors * numel(sizes.batch) * sizes.m * cuts.splits] : [];
    return { steps, workspaces, tables: [batchTable(call, sizes)] };
  },
};

interface Cuts {
  readonly vectors: number;
  /** Of a row block: the same for all large m, so that they share a kernel. */
  readonly mostRows: number;
  readonly rowBlocks: readonly number[];
  readonly columnBlocks: readonly number[];
  readonly kBlocks: number;
  readonly splits: number;
  readonly rowParts: number;
  readonly columnParts: number;
}

/** By shape alone: the parts of k are summed apart. */
function cut({ m, n, k }: MatmulSizes, { target, attributes }: KernelCall): Cuts {
  const vectors = Math.ceil(n / 4);
  const tile = chooseTile(m < 24 ? m : 120, vectors, target);
  const rowBlocks = evenParts(m, tile.rows);
  const columnBlocks = evenParts(vectors, tile.vectors);
  const kBlocks = Math.ceil(k / mostDepth);
  // Few rows: turning b into panels takes longer than the products.
  const packing = attributes.transposeB === true ? packingFlops : 0;
  const wanted = evenPieces(((2 * m + packing) * n * k) / pieceFlops);
  const blocks = { vectors, mostRows: tile.rows, rowBlocks, columnBlocks, kBlocks };
  // Many terms for few results: parts of the sum, not of the matrix, are what there is to share out.
  if (m <= 64 && n <= 64 && kBlocks >= 8) {
    return { ...blocks, splits: Math.min(kBlocks, wanted), rowParts: 1, columnParts: 1 };
  }
  const least = Math.ceil(m / mostPieceRows);
  const columnParts = Math.min(columnBlocks.length, Math.ceil(wanted / least));
  const rowParts = Math.min(rowBlocks.length, Math.max(least, Math.ceil(wanted / columnParts)));
  return { ...blocks, splits: 1, rowParts, columnParts };
}

/** Most rows that a piece has. */
const pieceRows = ({ rowBlocks, rowParts }: Cuts): number => Math.ceil(rowBlocks.length / rowParts) * rowBlocks[0]!;

function gemmArguments(call: KernelCall, { m, n, k }: MatmulSizes, cuts: Cuts): Argument[] {
  const { rowBlocks, columnBlocks, splits } = cuts;
  const smallRows = rowBlocks.at(-1)!;
  const smallVectors = columnBlocks.at(-1)!;
  const larger = (blocks: readonly number[]) => blocks.filter((size) => size > blocks.at(-1)!).length;
  const cRow = splits > 1 ? 16 * cuts.vectors : 4 * n;
  const values: Record<(typeof gemmArgumentNames)[number], Argument> = {
    a: inputAddress(call, 0),
    b: inputAddress(call, 1),
    c: splits > 1 ? { buffer: "workspace", index: 0 } : outputAddress(call),
    table: { buffer: "table", index: 0 },
    aStride: 4 * (call.attributes.transposeA === true ? m : k),
    bStride: 4 * (call.attributes.transposeB === true ? k : n),
    cRow,
    cMatrix: cRow * m,
    cSplit: splits > 1 ? cRow * m * (numel(call.output.shape) / (m * n)) : 0,
    k,
    kBlocks: cuts.kBlocks,
    splits,
    rowBlocks: rowBlocks.length,
    smallRows,
    largeRowBlocks: larger(rowBlocks),
    rowParts: cuts.rowParts,
    columnBlocks: columnBlocks.length,
    smallVectors,
    largeColumnBlocks: larger(columnBlocks),
    columnParts: cuts.columnParts,
    lanes: n % 4,
    storedLanes: splits > 1 ? 0 : n % 4,
    direct: rowBlocks.length === 1 ? 1 : 0,
  };
  return gemmArgumentNames.map((name) => values[name]);
}

/** For each matrix of the batch, byte offsets of its part of a, of b and of each operand of the epilogue. */
function batchTable({ inputs, inputLayouts, epilogue, output }: KernelCall, { batch }: MatmulSizes): Int32Array {
  const columns = [
    ...[0, 1].map((which) =>
      batchOffsets(inputs[which]!.shape.slice(0, -2), inputLayouts[which]!.strides.slice(0, -2), batch),
    ),
    ...(epilogue?.operands ?? []).map(({ strides }) =>
      batchOffsets(output.shape.slice(0, -2), strides.slice(0, -2), batch),
    ),
  ];
  return Int32Array.from({ length: numel(batch) * columns.length }, (_, at) => {
    return 4 * columns[at % columns.length]![Math.floor(at / columns.length)]!;
  });
}

function finishOf({ inputs, epilogue }: KernelCall): Finish | null {
  const bias = inputs.length > 2;
  if (!bias && !epilogue) return null;
  return {
    bias,
    expression: epilogue?.expression ?? input(0),
    operands: (epilogue?.operands ?? []).map(({ strides }) => accessOf(strides.at(-1)!)),
  };
}

function finishArguments(call: KernelCall): Argument[] {
  return [
    inputAddress(call, 2),
    ...(call.epilogue?.operands ?? []).flatMap(({ strides, offset }, index): Argument[] => [
      { buffer: "operand", index, offset },
      4 * strides.at(-2)!,
      4 * strides.at(-1)!,
    ]),
  ];
}
