import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { Target } from "../../core/kernel.ts";
import { emitPhases, margin, type PhaseWindow } from "./phases.wasm.ts";
import { weightedSum } from "./weighted-sum.wasm.ts";

/** The argument block. Pitches are bytes from one image (or plane), row or pixel to the next. */
export const resampleArguments = [
  ...["input", "output", "inputImage", "outputImage", "outputRow", "outputPixel"],
  /** Floats of an input row, and of a pixel. */
  ...["rowLength", "pixelLength", "outputHeight", "outputWidth"],
  /** Bands of all images, bands for a piece, bands of an image, rows of a band. */
  ...["units", "pieceUnits", "bands", "bandRows"],
  ...["rowStarts", "rowOffsets", "rowWeights", "columnStarts", "columnOffsets", "columnWeights"],
] as const;
type Arguments = Record<(typeof resampleArguments)[number], Local>;

/**
 * How the pass across a row works. "channels": a pixel is `pixelLength` floats side by side, and pixels are summed. Else it
 * is one float: "gather" makes four outputs at a time, each lane fetched from where its table says; windows are those of
 * an enlargement's phases.
 */
export type Across = "channels" | "gather" | readonly PhaseWindow[];

/** Scratch memory: a row with `margin` floats on both sides, and the last outputs of a row in phases. */
export const resampleScratch = (rowLength: number) => 4 * (rowLength + 2 * margin + 4 * 4);

/**
 * One module for every map and size, but for the windows. For each output row: a pass down, the weighted sum of input rows,
 * into scratch memory; then a pass across.
 */
export function emitResample(kind: Across, target: Target): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last, start] = f.parameters as [Local, Local, Local, Local];
  const [scratch, spill] = f.locals("i32", 2) as [Local, Local];
  const a = loadArguments(f, resampleArguments);
  const [unit, unitEnd, image, row, rowEnd] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const [from, rowAddress] = f.locals("i32", 2) as [Local, Local];
  const sumFunction = 1;

  const down = () => {
    f.get(a.rowStarts).get(row).i32(2).op("i32.shl").op("i32.add").tee(from).load("i32.load");
    f.get(from).load("i32.load", 4);
    f.get(a.rowOffsets).get(a.rowWeights).get(image).get(scratch).get(a.rowLength).call(sumFunction);
  };
  const across = () => {
    if (kind === "channels") acrossPixels(f, a, scratch, rowAddress, sumFunction);
    else if (kind === "gather") acrossGroups(f, a, scratch, rowAddress);
    else {
      const [weights, width] = [a.columnWeights, a.outputWidth];
      emitPhases(f, kind, { source: scratch, target: rowAddress, weights, width, spill });
    }
  };

  const zeros = (address: Local) => {
    for (let at = 0; at < margin; at += 4)
      f.get(address)
        .f32x4(0)
        .store("v128.store", 4 * at);
  };
  f.get(start)
    .add(4 * margin)
    .tee(scratch);
  f.get(a.rowLength).i32(2).op("i32.shl").op("i32.add").set(spill);
  // What surrounds the row stays zero: windows reach over it, and lanes with fewer taps than their neighbours read it.
  zeros(start);
  zeros(spill);
  f.advance(spill, 4 * margin);
  f.get(first).mul(a.pieceUnits).set(unit);
  f.get(last).mul(a.pieceUnits).set(unitEnd);
  f.min(unitEnd, a.units).set(unitEnd);
  f.for(unit, unit, unitEnd, 1, () => {
    f.get(unit).get(a.bands).op("i32.rem_u").mul(a.bandRows).tee(row);
    f.add(a.bandRows).set(rowEnd);
    f.min(rowEnd, a.outputHeight).set(rowEnd);
    f.get(unit).get(a.bands).op("i32.div_u").tee(image).mul(a.outputImage);
    f.get(row).mul(a.outputRow).op("i32.add").add(a.output).set(rowAddress);
    f.get(image).mul(a.inputImage).add(a.input).set(image);
    f.for(row, row, rowEnd, 1, () => {
      down();
      across();
      f.advance(rowAddress, a.outputRow);
    });
  });
  return encodeModule([f, weightedSum()], target.memory);
}

function acrossPixels(f: FunctionBuilder, a: Arguments, scratch: Local, rowAddress: Local, sumFunction: number): void {
  const [column, starts, place] = f.locals("i32", 3) as [Local, Local, Local];
  f.get(rowAddress).set(place);
  f.get(a.columnStarts).set(starts);
  f.for(column, 0, a.outputWidth, 1, () => {
    f.get(starts).load("i32.load").get(starts).load("i32.load", 4);
    f.get(a.columnOffsets).get(a.columnWeights).get(scratch).get(place).get(a.pixelLength).call(sumFunction);
    f.advance(starts, 4);
    f.advance(place, a.outputPixel);
  });
}

/** Four outputs: tap t of lane l is at scratch + offsets[t][l], with weights[t][l]. */
function acrossGroups(f: FunctionBuilder, a: Arguments, scratch: Local, rowAddress: Local): void {
  const [left, group, place, term, end] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const [sum, value] = f.locals("v128", 2) as [Local, Local];
  const pushOffset = (lane: number) => {
    f.get(a.columnOffsets)
      .add(term)
      .load("i32.load", 4 * lane)
      .add(scratch);
  };
  f.get(rowAddress).set(place);
  f.get(a.columnStarts).set(group);
  f.get(a.outputWidth).set(left);
  f.block(() => {
    f.loop(() => {
      f.get(left).i32(0).op("i32.le_s").branchIf(1);
      f.f32x4(0).set(sum);
      f.get(group).load("i32.load").set(term);
      f.get(group).load("i32.load", 4).set(end);
      f.for(term, term, end, 16, () => {
        pushOffset(0);
        f.load("v128.load32_zero").set(value);
        for (let lane = 1; lane < 4; lane++) {
          pushOffset(lane);
          f.get(value).laneMemory("v128.load32_lane", lane).set(value);
        }
        f.get(a.columnWeights).add(term).load("v128.load").get(value).op("f32x4.mul");
        f.get(sum).op("f32x4.add").set(sum);
      });
      f.get(left).i32(4).op("i32.ge_s");
      f.if(
        () => f.get(place).get(sum).store("v128.store"),
        () => {
          for (let lane = 0; lane < 3; lane++) {
            f.get(left).i32(lane).op("i32.gt_s");
            f.if(() =>
              f
                .get(place)
                .get(sum)
                .laneMemory("v128.store32_lane", lane, 4 * lane),
            );
          }
        },
      );
      f.advance(place, 16);
      f.advance(group, 4);
      f.get(left).sub(4).set(left);
      f.branch(0);
    });
  });
}
