import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments, partBounds } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import { RowOperand } from "../../codegen/wasm/operand.ts";
import type { Target } from "../../core/kernel.ts";
import { emitFinishRows, type Finish, finishArgumentNames } from "./gemm-finish.wasm.ts";
import { emitPack, emitTransposingPack } from "./gemm-pack.wasm.ts";
import { emitDispatch, emitPanel } from "./gemm-panel.wasm.ts";

/** Depth of a panel of b: with 8 vectors it fits a first-level cache of 48 KiB. */
export const mostDepth = 384;

/** Scratch memory of a thread: a panel, and results of one whose last vector is not full, for that many rows. */
export const gemmScratchBytes = (vectors: number, rows: number): number => 16 * vectors * (mostDepth + rows);

export const gemmArgumentNames = [
  "a",
  "b",
  "c",
  "table",
  "aStride",
  "bStride",
  "cRow",
  "cMatrix",
  "cSplit",
  "k",
  "kBlocks",
  "splits",
  "rowBlocks",
  "smallRows",
  "largeRowBlocks",
  "rowParts",
  "columnBlocks",
  "smallVectors",
  "largeColumnBlocks",
  "columnParts",
  /** Columns in the last vector, 0 if all are: when reading b, and when storing. */
  "lanes",
  "storedLanes",
  /** 1: panels are read where they are in b. */
  "direct",
] as const;

/** What is baked into the kernel: sizes are arguments. `finish` is null where nothing is done to the sums. */
export interface Gemm {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly finish: Finish | null;
  /** Words of an entry of the batch table. */
  readonly entryWords: number;
  /** Most rows of a block, and the numbers of vectors that panels have. */
  readonly rows: number;
  readonly vectors: readonly number[];
}

/**
 * Matrix products: a piece covers some row blocks and column blocks of one matrix, and goes over k in blocks for which a
 * panel of b stays in the first-level cache and the rows of a in the second.
 */
export function emitGemm(gemm: Gemm, target: Target): Uint8Array<ArrayBuffer> {
  const { transposeA, transposeB, finish, entryWords } = gemm;
  const tiles = gemm.vectors.flatMap((vectors) =>
    Array.from({ length: gemm.rows }, (_, at) => ({ rows: at + 1, vectors })),
  );
  const [packIndex, dispatchIndex, firstPanel] = [1, 2, 3];
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last, scratch] = f.parameters as [Local, Local, Local, Local];
  const names = [...gemmArgumentNames, ...(finish ? finishArgumentNames(finish.operands.length) : [])];
  const a = loadArguments(f, names) as Record<(typeof gemmArgumentNames)[number], Local> & Record<string, Local>;
  const local = () => f.local("i32");
  const [piece, rest, part, entry, split] = [local(), local(), local(), local(), local()];
  const [rowFrom, rowTo, columnFrom, columnTo, kFrom, kTo] = [local(), local(), local(), local(), local(), local()];
  const [firstRow, large, small, largeRows] = [local(), local(), local(), local()];
  const [aMatrix, bMatrix, cMatrix, aBlock] = [local(), local(), local(), local()];
  const [kBlock, k, kEnd, add] = [local(), local(), local(), local()];
  const [column, vectors, vector, lanes, storedLanes, panel, step, c] = [
    local(),
    local(),
    local(),
    local(),
    local(),
    local(),
    local(),
    local(),
  ];
  const panelRow = local();
  const take = (count: Local, result: Local) => {
    f.get(rest).get(count).op("i32.rem_u").set(result);
    f.get(rest).get(count).op("i32.div_u").set(rest);
  };
  /** Pushes the start of block `index`: blocks of small + 1 come first. */
  const blockStart = (index: Local, smallSize: Local, largeBlocks: Local) => {
    f.get(index).mul(smallSize);
    f.min(index, largeBlocks).op("i32.add");
  };
  const aRow = (count: Local) => f.get(count).mul(transposeA ? 4 : a.aStride);
  const panels = (rows: () => void, count: Local, skip: () => void) => {
    f.get(count).if(() => {
      rows();
      f.get(vectors);
      f.get(aBlock);
      skip();
      f.mul(transposeA ? 4 : a.aStride).op("i32.add");
      f.get(panel).get(step).get(c);
      skip();
      f.mul(panelRow).op("i32.add");
      f.get(kEnd).sub(k).get(a.aStride).get(panelRow).get(count).get(add);
      f.call(dispatchIndex);
    });
  };

  const rows = local();
  const staging = 16 * mostDepth * Math.max(...gemm.vectors);
  f.for(piece, first, last, 1, () => {
    f.get(piece).set(rest);
    take(a.columnParts, part);
    partBounds(f, part, a.columnParts, a.columnBlocks, columnFrom, columnTo);
    take(a.rowParts, part);
    partBounds(f, part, a.rowParts, a.rowBlocks, rowFrom, rowTo);
    take(a.splits, split);
    partBounds(f, split, a.splits, a.kBlocks, kFrom, kTo);
    f.get(rest)
      .mul(4 * entryWords)
      .add(a.table)
      .set(entry);
    f.get(a.a).get(entry).load("i32.load").op("i32.add").set(aMatrix);
    f.get(a.b).get(entry).load("i32.load", 4).op("i32.add").set(bMatrix);
    f.get(a.c).get(rest).mul(a.cMatrix).op("i32.add");
    f.get(split).mul(a.cSplit).op("i32.add").set(cMatrix);
    blockStart(rowFrom, a.smallRows, a.largeRowBlocks);
    f.set(firstRow);
    f.get(cMatrix).get(firstRow).mul(a.cRow).op("i32.add").set(cMatrix);
    // Of the row blocks of this piece, `large` have a row more than the `small` after them.
    f.min(a.largeRowBlocks, rowTo);
    f.sub(rowFrom).tee(large).i32(0).get(large).i32(0).op("i32.gt_s").op("select").set(large);
    f.get(rowTo).sub(rowFrom).sub(large).set(small);
    f.get(a.smallRows).add(1).mul(large).set(largeRows);
    f.for(kBlock, kFrom, kTo, 1, () => {
      partBounds(f, kBlock, a.kBlocks, a.k, k, kEnd);
      f.get(kBlock).get(kFrom).op("i32.gt_s").set(add);
      f.get(aMatrix);
      aRow(firstRow).op("i32.add");
      f.get(k)
        .mul(transposeA ? a.aStride : 4)
        .op("i32.add")
        .set(aBlock);
      f.for(column, columnFrom, columnTo, 1, () => {
        blockStart(column, a.smallVectors, a.largeColumnBlocks);
        f.set(vector);
        f.get(a.smallVectors).get(column).get(a.largeColumnBlocks).op("i32.lt_s").op("i32.add").set(vectors);
        f.get(column).add(1).get(a.columnBlocks).op("i32.eq");
        f.if(
          () => f.get(a.lanes).set(lanes).get(a.storedLanes).set(storedLanes),
          () => f.i32(0).set(lanes).i32(0).set(storedLanes),
        );
        // Results of a panel whose last vector is not full are collected aside: panels store whole vectors.
        f.get(storedLanes).if(
          () => f.get(scratch).add(staging).set(c).get(vectors).mul(16).set(panelRow),
          () => {
            f.get(cMatrix).get(vector).mul(16).op("i32.add").set(c).get(a.cRow).set(panelRow);
          },
        );
        f.get(bMatrix);
        if (transposeB) f.get(vector).mul(a.bStride).mul(4).op("i32.add").get(k).i32(4);
        else f.get(vector).mul(16).op("i32.add").get(k).get(a.bStride);
        f.op("i32.mul").op("i32.add").set(panel);
        const pack = () => {
          f.get(panel).get(a.bStride).get(scratch).get(kEnd).sub(k).get(vectors).get(lanes);
          f.call(packIndex).get(scratch).set(panel).get(vectors).mul(16).set(step);
        };
        if (transposeB) pack();
        else
          f.get(a.direct)
            .get(lanes)
            .op("i32.eqz")
            .op("i32.and")
            .if(() => f.get(a.bStride).set(step), pack);
        panels(
          () => f.get(a.smallRows).add(1),
          large,
          () => f.i32(0),
        );
        panels(
          () => f.get(a.smallRows),
          small,
          () => f.get(largeRows),
        );
      });
    });
    f.get(small).mul(a.smallRows).add(largeRows).set(rows);
    f.get(storedLanes).if(() => {
      f.get(scratch).add(staging).set(panel);
      f.get(cMatrix).get(vector).mul(16).op("i32.add").set(c);
      emitCopyRows(f, { from: panel, fromRow: panelRow, to: c, toRow: a.cRow, rows, vectors, lanes: storedLanes });
    });
    if (finish) {
      const whole = local();
      blockStart(columnFrom, a.smallVectors, a.largeColumnBlocks);
      f.set(vector);
      blockStart(columnTo, a.smallVectors, a.largeColumnBlocks);
      f.sub(vector).get(storedLanes).i32(0).op("i32.ne").op("i32.sub").set(whole);
      f.get(cMatrix).get(vector).mul(16).op("i32.add").set(c);
      f.get(vector).mul(4).set(column);
      const place = { c, cRow: a.cRow, rows, vectors: whole, partial: storedLanes, row: firstRow, column, entry };
      emitFinishRows(f, finish, a, place, target);
    }
  });
  const all = [
    f,
    transposeB ? emitTransposingPack() : emitPack(gemm.vectors),
    emitDispatch(tiles, (at) => firstPanel + at),
    ...tiles.map((tile) => emitPanel(tile, transposeA, target.fusedMultiplyAdd)),
  ];
  return encodeModule(all, target.memory);
}

/** Copies rows of `vectors` vectors, of which the last has `lanes` columns. The two addresses are counted up. */
function emitCopyRows(
  f: FunctionBuilder,
  p: Record<"from" | "fromRow" | "to" | "toRow" | "rows" | "vectors" | "lanes", Local>,
): void {
  const [source, target] = [new RowOperand(f, "unit"), new RowOperand(f, "unit")];
  const [row, at, whole] = f.locals("i32", 3) as [Local, Local, Local];
  const value = f.local("v128");
  f.get(p.vectors).sub(1).set(whole);
  f.for(row, 0, p.rows, 1, () => {
    source.begin(p.from, () => f);
    target.begin(p.to, () => f);
    f.for(at, 0, whole, 1, () => {
      source.load(0);
      f.set(value);
      target.store(value, 0);
      source.advance(1);
      target.advance(1);
    });
    source.load(0);
    f.set(value);
    target.storePartial(value, p.lanes);
    f.advance(p.from, p.fromRow);
    f.advance(p.to, p.toRow);
  });
}
