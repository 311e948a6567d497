import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { Target } from "../../core/kernel.ts";

/**
 * One module for every map and size. For each output row: a pass down, the weighted sum of input rows, into scratch
 * memory; then a pass across, four outputs at a time, each lane fetched from where its table says.
 *
 * Argument block: input, output; bytes of an input plane, an output plane and an output row; input and output width;
 * output height; units (bands of all planes), units for a piece, bands of a plane, rows of a band; tables.
 */
export function emitResample(target: Target): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [block, first, last, scratch] = f.parameters as [Local, Local, Local, Local];
  let word = 0;
  const argument = (): Local => {
    const local = f.local("i32");
    f.get(block)
      .load("i32.load", 4 * word++)
      .set(local);
    return local;
  };
  const input = argument();
  const output = argument();
  const inputPlane = argument();
  const outputPlane = argument();
  const outputRow = argument();
  const inputWidth = argument();
  const outputWidth = argument();
  const outputHeight = argument();
  const units = argument();
  const pieceUnits = argument();
  const bands = argument();
  const bandRows = argument();
  const rowStarts = argument();
  const rowOffsets = argument();
  const rowWeights = argument();
  const groupStarts = argument();
  const groupOffsets = argument();
  const groupWeights = argument();

  const i32 = () => f.local("i32");
  const [unit, unitEnd, plane, row, rowEnd] = [i32(), i32(), i32(), i32(), i32()];
  const [from, to, term, place, termEnd, offsets, weights] = [i32(), i32(), i32(), i32(), i32(), i32(), i32()];
  const [column, at, group, left] = [i32(), i32(), i32(), i32()];
  const weight = f.local("v128");
  const sums = f.locals("v128", 4);
  const value = f.local("v128");

  /** The smaller of the two values on the stack. */
  const minimum = (a: Local, b: Local) => f.get(a).get(b).get(a).get(b).op("i32.lt_s").op("select");

  /** Columns [column, …) of the weighted sum of rows: `count` vectors, or one column. */
  const downBlock = (count: number, wide: boolean) => {
    const range = Array.from({ length: count }, (_, u) => u);
    for (const u of range) f.f32x4(0).set(sums[u]!);
    f.for(term, from, to, 4, () => {
      f.get(rowWeights).get(term).op("i32.add").load("v128.load32_splat").set(weight);
      f.get(rowOffsets).get(term).op("i32.add").load("i32.load").get(at).op("i32.add").set(place);
      for (const u of range) {
        f.get(place)
          .load(wide ? "v128.load" : "v128.load32_zero", 16 * u)
          .get(weight)
          .op("f32x4.mul");
        f.get(sums[u]!).op("f32x4.add").set(sums[u]!);
      }
    });
    f.get(scratch).get(column).i32(2).op("i32.shl").op("i32.add").set(place);
    for (const u of range) {
      f.get(place).get(sums[u]!);
      if (wide) f.load("v128.store", 16 * u);
      else f.laneMemory("v128.store32_lane", 0);
    }
  };

  /** Runs `block` for as many whole steps of `step` columns as are left. */
  const columns = (step: number, block: () => void) => {
    f.block(() => {
      f.loop(() => {
        f.get(column).i32(step).op("i32.add").get(inputWidth).op("i32.gt_s").branchIf(1);
        block();
        f.get(column).i32(step).op("i32.add").set(column);
        f.get(at)
          .i32(4 * step)
          .op("i32.add")
          .set(at);
        f.branch(0);
      });
    });
  };

  const down = () => {
    f.get(rowStarts).get(row).i32(2).op("i32.shl").op("i32.add").tee(place).load("i32.load").set(from);
    f.get(place).load("i32.load", 4).set(to);
    f.i32(0).set(column);
    f.get(plane).set(at);
    columns(16, () => downBlock(4, true));
    columns(4, () => downBlock(1, true));
    columns(1, () => downBlock(1, false));
  };

  /** Four outputs: tap t of lane l is at scratch + offsets[t][l], with weights[t][l]. */
  const across = () => {
    f.get(outputWidth).set(left);
    f.get(groupStarts).set(group);
    f.block(() => {
      f.loop(() => {
        f.get(left).i32(0).op("i32.le_s").branchIf(1);
        f.get(groupOffsets).get(group).load("i32.load").op("i32.add").set(offsets);
        f.get(groupWeights).get(group).load("i32.load").op("i32.add").set(weights);
        f.get(groupOffsets).get(group).load("i32.load", 4).op("i32.add").set(termEnd);
        f.f32x4(0).set(sums[0]!);
        f.block(() => {
          f.loop(() => {
            f.get(offsets).get(termEnd).op("i32.ge_u").branchIf(1);
            f.get(scratch).get(offsets).load("i32.load").op("i32.add").load("v128.load32_zero").set(value);
            for (let lane = 1; lane < 4; lane++) {
              f.get(scratch)
                .get(offsets)
                .load("i32.load", 4 * lane)
                .op("i32.add")
                .get(value);
              f.laneMemory("v128.load32_lane", lane).set(value);
            }
            f.get(value).get(weights).load("v128.load").op("f32x4.mul").get(sums[0]!).op("f32x4.add").set(sums[0]!);
            f.get(offsets).i32(16).op("i32.add").set(offsets);
            f.get(weights).i32(16).op("i32.add").set(weights);
            f.branch(0);
          });
        });
        f.get(left)
          .i32(4)
          .op("i32.ge_s")
          .if(
            () => f.get(place).get(sums[0]!).load("v128.store"),
            () => {
              for (let lane = 0; lane < 3; lane++) {
                f.get(left).i32(lane).op("i32.gt_s");
                f.if(() =>
                  f
                    .get(place)
                    .get(sums[0]!)
                    .laneMemory("v128.store32_lane", lane, 4 * lane),
                );
              }
            },
          );
        f.get(place).i32(16).op("i32.add").set(place);
        f.get(group).i32(4).op("i32.add").set(group);
        f.get(left).i32(4).op("i32.sub").set(left);
        f.branch(0);
      });
    });
  };

  // The cell behind the row stays zero: lanes with fewer taps than their neighbours read it.
  f.get(scratch).get(inputWidth).i32(2).op("i32.shl").op("i32.add").f32(0).store("f32.store");
  f.get(first).get(pieceUnits).op("i32.mul").set(unit);
  f.get(last).get(pieceUnits).op("i32.mul").set(unitEnd);
  minimum(unitEnd, units).set(unitEnd);
  f.for(unit, unit, unitEnd, 1, () => {
    f.get(unit).get(bands).op("i32.rem_u").get(bandRows).op("i32.mul").tee(row).get(bandRows).op("i32.add").set(rowEnd);
    minimum(rowEnd, outputHeight).set(rowEnd);
    f.get(unit).get(bands).op("i32.div_u").set(plane);
    f.get(plane).get(outputPlane).op("i32.mul").get(row).get(outputRow).op("i32.mul").op("i32.add");
    f.get(output).op("i32.add").set(place);
    const rowAddress = i32();
    f.get(place).set(rowAddress);
    f.get(plane).get(inputPlane).op("i32.mul").get(input).op("i32.add").set(plane);
    f.for(row, row, rowEnd, 1, () => {
      down();
      f.get(rowAddress).set(place);
      across();
      f.get(rowAddress).get(outputRow).op("i32.add").set(rowAddress);
    });
  });
  return encodeModule([f], target.memory);
}
