import type { Argument } from "../../core/kernel.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { carries, type Strides } from "./iteration.ts";

/** Words of an argument block, collected in order. */
export class ArgumentList {
  readonly words: Argument[] = [];

  /** Adds a word and gives its byte offset in the block. */
  add(word: Argument): number {
    this.words.push(word);
    return (this.words.length - 1) * 4;
  }
}

/** Rows to visit: a nest of loops around a row, without the row's own axis. Sizes and strides (in elements) are arguments. */
export interface RowNest {
  readonly sizes: readonly number[];
  readonly operands: readonly { readonly address: Argument; readonly strides: Strides }[];
}

interface NestOffsets {
  readonly rows: number;
  readonly rowsPerPiece: number;
  readonly sizes: readonly number[];
  readonly addresses: readonly number[];
  readonly strides: readonly (readonly number[])[];
  readonly carries: readonly (readonly number[])[];
}

/** Puts a nest into an argument block. The offsets depend on the rank and the number of operands alone. */
export function nestArguments(list: ArgumentList, nest: RowNest, rowsPerPiece: number): NestOffsets {
  const rows = nest.sizes.reduce((product, size) => product * size, 1);
  return {
    rows: list.add(rows),
    rowsPerPiece: list.add(rowsPerPiece),
    sizes: nest.sizes.map((size) => list.add(size)),
    addresses: nest.operands.map(({ address }) => list.add(address)),
    strides: nest.operands.map(({ strides }) => strides.map((stride) => list.add(stride * 4))),
    carries: nest.operands.map(({ strides }) => carries(nest.sizes, strides).map((carry) => list.add(carry * 4))),
  };
}

/**
 * Emits the loop over the rows of pieces [first, last): one division per axis at its start, counters from then on.
 * `row` finds each operand's byte address in `pointers` and the index along each axis in `indices`, and may change neither.
 */
export function emitRows(
  f: FunctionBuilder,
  block: Local,
  [first, last]: readonly [Local, Local],
  offsets: NestOffsets,
  row: (pointers: readonly Local[], indices: readonly Local[]) => void,
): void {
  const rank = offsets.sizes.length;
  const argument = (offset: number) => f.get(block).load("i32.load", offset);
  const [rest, end] = [f.local("i32"), f.local("i32")];
  const indices = f.locals("i32", rank);
  const pointers = f.locals("i32", offsets.addresses.length);

  argument(offsets.rowsPerPiece).mul(first).set(rest);
  argument(offsets.rowsPerPiece).mul(last).tee(end);
  argument(offsets.rows);
  f.get(end);
  argument(offsets.rows).op("i32.lt_s").op("select").sub(rest).set(end);
  for (const [which, pointer] of pointers.entries()) argument(offsets.addresses[which]!).set(pointer);
  for (let axis = rank - 1; axis >= 0; axis--) {
    f.get(rest);
    argument(offsets.sizes[axis]!).op("i32.rem_u").set(indices[axis]!);
    f.get(rest);
    argument(offsets.sizes[axis]!).op("i32.div_u").set(rest);
    for (const [which, pointer] of pointers.entries()) {
      f.get(pointer).get(indices[axis]!);
      argument(offsets.strides[which]![axis]!).op("i32.mul").op("i32.add").set(pointer);
    }
  }

  const advance = (axis: number): void => {
    if (axis < 0) return;
    f.get(indices[axis]!).add(1).tee(indices[axis]!);
    argument(offsets.sizes[axis]!).op("i32.lt_s");
    f.if(
      () => {
        for (const [which, pointer] of pointers.entries()) {
          f.get(pointer);
          argument(offsets.carries[which]![axis]!).op("i32.add").set(pointer);
        }
      },
      () => {
        f.i32(0).set(indices[axis]!);
        advance(axis - 1);
      },
    );
  };

  f.block(() => {
    f.get(end).i32(0).op("i32.le_s").branchIf(0);
    f.loop(() => {
      row(pointers, indices);
      advance(rank - 1);
      f.countDown(end);
    });
  });
}
