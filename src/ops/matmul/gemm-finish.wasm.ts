import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments, partBounds } from "../../codegen/wasm/emit.ts";
import { emitExpressions } from "../../codegen/wasm/expression.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import { type Access, RowOperand } from "../../codegen/wasm/operand.ts";
import { type Expression, input } from "../../core/expression.ts";
import type { Target } from "../../core/kernel.ts";

/** What is done to each sum before it is stored. */
export interface Finish {
  readonly bias: boolean;
  /** Input 0 is the sum, input i + 1 operand i. */
  readonly expression: Expression;
  readonly operands: readonly Access[];
}

/** The words of an argument block that say where bias and operands are. */
export const finishArgumentNames = (operands: number): string[] => [
  "bias",
  ...Array.from({ length: operands }, (_, at) => [`operand${at}`, `row${at}`, `column${at}`]).flat(),
];

export type FinishArguments = Record<string, Local>;

/** The place of the rows to finish: everything but `rows` and `vectors` is changed on the way. */
export interface FinishPlace {
  /** Byte address of the results; and to the next row. */
  readonly c: Local;
  readonly cRow: Local;
  readonly rows: Local;
  /** Whole vectors of a row, and columns after them. */
  readonly vectors: Local;
  readonly partial: Local;
  /** Index of the first row in its matrix, of the first column, and the address of the matrix's words in the batch table. */
  readonly row: Local;
  readonly column: Local;
  readonly entry: Local;
}

/** Offset of operand `at` in an entry of the batch table: the first two words are a's and b's. */
const operandWord = (at: number) => 4 * (2 + at);

/** Emits the loop over rows. `source` pushes the vector of sums, or its last lanes; without it they are in place. */
export function emitFinishRows(
  f: FunctionBuilder,
  finish: Finish,
  a: FinishArguments,
  place: FinishPlace,
  target: Target,
  source?: { readonly begin: () => void; readonly push: () => void },
): void {
  const { c, cRow, rows, vectors, partial, row, column, entry } = place;
  const result = new RowOperand(f, "unit");
  const bias = finish.bias ? new RowOperand(f, "unit") : null;
  const operands = finish.operands.map((access) => new RowOperand(f, access));
  const [index, at, address] = f.locals("i32", 3) as [Local, Local, Local];
  const value = f.local("v128");
  const apply = (load: (operand: RowOperand) => void): Local => {
    if (source) source.push();
    else load(result);
    if (bias) {
      load(bias);
      f.op("f32x4.add");
    }
    f.set(value);
    return emitExpressions(
      f,
      [finish.expression],
      (which) => {
        if (which === 0) f.get(value);
        else load(operands[which - 1]!);
      },
      target,
    )[0]!;
  };
  f.for(index, 0, rows, 1, () => {
    result.begin(c, () => f);
    source?.begin();
    if (bias) {
      f.get(column).mul(4).add(a.bias!).set(address);
      bias.begin(address, () => f);
    }
    for (const [which, operand] of operands.entries()) {
      f.get(a[`operand${which}`]!).get(entry).load("i32.load", operandWord(which)).op("i32.add");
      f.get(row).mul(a[`row${which}`]!).op("i32.add");
      f.get(column).mul(a[`column${which}`]!).op("i32.add").set(address);
      operand.begin(address, () => f.get(a[`column${which}`]!));
    }
    f.for(at, 0, vectors, 1, () => {
      result.store(
        apply((operand) => operand.load(0)),
        0,
      );
      for (const operand of [result, bias, ...operands]) operand?.advance(1);
    });
    f.get(partial).if(() => {
      result.storePartial(
        apply((operand) => operand.loadPartial(partial)),
        partial,
      );
    });
    f.advance(c, cRow);
    f.advance(row, 1);
  });
}

export const splitArgumentNames = [
  "partial",
  "c",
  "table",
  "m",
  "total",
  "n",
  "partialRow",
  "partialSplit",
  "splits",
  "pieces",
] as const;

/** The second step of a product whose k is split: adds the parts up, in order, and finishes them. Pieces are ranges of rows. */
export function emitAddSplits(finish: Finish, target: Target): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local];
  const names = [...splitArgumentNames, ...finishArgumentNames(finish.operands.length)];
  const a = loadArguments(f, names);
  const [piece, from, to, at, rows, vectors, lanes, row, column, entry] = f.locals("i32", 10) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const [c, cRow, start, next, split] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const sum = f.local("v128");
  const words = 4 * (2 + finish.operands.length);
  f.i32(1).set(rows).get(a.n!).i32(4).op("i32.div_u").set(vectors).get(a.n!).i32(3).op("i32.and").set(lanes);
  f.get(a.n!).mul(4).set(cRow);
  f.for(piece, first, last, 1, () => {
    partBounds(f, piece, a.pieces!, a.total!, from, to);
    f.for(at, from, to, 1, () => {
      f.get(at).get(a.m!).op("i32.rem_u").set(row);
      f.get(at).get(a.m!).op("i32.div_u").mul(words).add(a.table!).set(entry);
      f.get(at).mul(cRow).add(a.c!).set(c);
      emitFinishRows(f, finish, a, { c, cRow, rows, vectors, partial: lanes, row, column, entry }, target, {
        begin: () => f.get(at).mul(a.partialRow!).add(a.partial!).set(start),
        push: () => {
          f.f32x4(0).set(sum).get(start).set(next);
          f.for(split, 0, a.splits!, 1, () => {
            f.get(sum).get(next).load("v128.load").op("f32x4.add").set(sum);
            f.advance(next, a.partialSplit!);
          });
          f.advance(start, 16);
          f.get(sum);
        },
      });
    });
  });
  return encodeModule([f], target.memory);
}

/** No bias, no epilogue. */
export const plainFinish: Finish = { bias: false, expression: input(0), operands: [] };
