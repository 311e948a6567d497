import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments, partBounds } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { Target } from "../../core/kernel.ts";
import type { VectorClass } from "./weight-gradient-blocking.ts";

/** Partial sums lie as [bands][units][vector parts][rows][vectors of the part][4]. */
export interface PartialSums {
  readonly units: number;
  readonly rows: number;
  readonly vectors: number;
  readonly vectorClasses: readonly VectorClass[];
}

export const bandBytes = ({ units, rows, vectors }: PartialSums): number => 16 * units * rows * vectors;

/**
 * Adds the bands up, in order, and stores each lane at its place in the weight. Arguments: partial sums, weight, bands,
 * pieces. `place` pushes the byte offset in the weight of an element: row `row` of unit `unit`, number `element` along
 * the vectors (a local) plus `lane`.
 */
export function emitReduction(
  sums: PartialSums,
  place: (f: FunctionBuilder, unit: Local, row: Local, element: Local, lane: number) => void,
  target: Target,
): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local];
  const { partial, weight, bands, pieces } = loadArguments(f, ["partial", "weight", "bands", "pieces"]);
  const [piece, at, to, total, unit, row, base, part, band, address, element] = f.locals("i32", 11) as [
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
    Local,
  ];
  const from = f.local("i32");
  const widest = Math.max(...sums.vectorClasses.map(({ vectors }) => vectors));
  const totals = f.locals("v128", widest);
  const { rows, units, vectors } = sums;
  f.i32(units * rows).set(total);
  f.for(piece, first, last, 1, () => {
    partBounds(f, piece, pieces, total, from, to);
    f.for(at, from, to, 1, () => {
      f.get(at).i32(rows).op("i32.div_u").set(unit);
      f.get(at).i32(rows).op("i32.rem_u").set(row);
      f.get(unit)
        .mul(16 * rows * vectors)
        .add(partial)
        .set(base);
      for (const each of sums.vectorClasses) {
        f.for(part, 0, each.parts, 1, () => {
          f.get(part).mul(16 * rows * each.vectors);
          f.get(row)
            .mul(16 * each.vectors)
            .op("i32.add");
          f.add(base)
            .add(16 * rows * each.start)
            .set(address);
          for (let v = 0; v < each.vectors; v++) f.f32x4(0).set(totals[v]!);
          f.for(band, 0, bands, 1, () => {
            for (let v = 0; v < each.vectors; v++) {
              f.get(totals[v]!)
                .get(address)
                .load("v128.load", 16 * v)
                .op("f32x4.add")
                .set(totals[v]!);
            }
            f.advance(address, bandBytes(sums));
          });
          for (let v = 0; v < each.vectors; v++) {
            f.get(part).mul(4 * each.vectors);
            f.add(4 * (each.start + v) - (v === each.vectors - 1 ? each.shift : 0)).set(element);
            for (let lane = 0; lane < each.lanes; lane++) {
              place(f, unit, row, element, lane);
              f.add(weight).get(totals[v]!).laneMemory("v128.store32_lane", lane);
            }
          }
        });
      }
    });
  });
  return encodeModule([f], target.memory);
}
