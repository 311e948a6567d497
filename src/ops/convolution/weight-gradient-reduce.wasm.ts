import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments, partBounds } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import { type KernelCall, type KernelStep, outputAddress, type Target } from "../../core/kernel.ts";
import type { VectorClass } from "./weight-gradient-blocking.ts";

const names = ["partial", "weight", "bands", "pieces"] as const;
type ReductionWords = Record<(typeof names)[number], Local>;

/** The step that adds the partial sums of the bands up, which are in the workspace. */
export const reductionStep = (
  call: KernelCall,
  names: Pick<KernelStep, "label" | "key">,
  emit: KernelStep["emit"],
  bands: number,
  pieces: number,
): KernelStep => ({
  ...names,
  emit,
  arguments: [{ buffer: "workspace", index: 0 }, outputAddress(call), bands, pieces],
  pieces,
});

/** The module of such a step: pieces share `count` units evenly. `emit` gives the code for number `at` of them. */
export function reductionModule(
  count: number,
  target: Target,
  emit: (f: FunctionBuilder, words: ReductionWords) => (at: Local) => void,
): Uint8Array<ArrayBuffer> {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local];
  const words = loadArguments(f, names);
  const [piece, at, from, to, total] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const body = emit(f, words);
  f.i32(count).set(total);
  f.for(piece, first, last, 1, () => {
    partBounds(f, piece, words.pieces, total, from, to);
    f.for(at, from, to, 1, () => body(at));
  });
  return encodeModule([f], target.memory);
}

/** Adds up, in order, what is in the bands, `bytes` apart, at `address` and `offset(index)` bytes behind it. `address` moves behind them. */
export function sumBands(
  f: FunctionBuilder,
  { bands }: ReductionWords,
  totals: readonly Local[],
  address: Local,
  offset: (index: number) => number,
  bytes: number,
): void {
  const band = f.local("i32");
  for (const total of totals) f.f32x4(0).set(total);
  f.for(band, 0, bands, 1, () => {
    for (const [index, total] of totals.entries()) {
      f.get(total).get(address).load("v128.load", offset(index)).op("f32x4.add").set(total);
    }
    f.advance(address, bytes);
  });
}

/** Partial sums lie as [bands][units][vector parts][rows][vectors of the part][4]. */
export interface PartialSums {
  readonly units: number;
  readonly rows: number;
  readonly vectors: number;
  readonly vectorClasses: readonly VectorClass[];
}

export const bandBytes = ({ units, rows, vectors }: PartialSums): number => 16 * units * rows * vectors;

/**
 * Adds the bands up and stores each lane at its place in the weight. `place` pushes the byte offset in the weight of an
 * element: row `row` of unit `unit`, number `element` along the vectors (a local) plus `lane`.
 */
export function emitReduction(
  sums: PartialSums,
  place: (f: FunctionBuilder, unit: Local, row: Local, element: Local, lane: number) => void,
  target: Target,
): Uint8Array<ArrayBuffer> {
  const { rows, units, vectors, vectorClasses } = sums;
  return reductionModule(units * rows, target, (f, words) => {
    const { unit, row, base, part, address, element } = f.named("unit", "row", "base", "part", "address", "element");
    const totals = f.locals("v128", Math.max(...vectorClasses.map((each) => each.vectors)));
    return (at) => {
      f.get(at).i32(rows).op("i32.div_u").set(unit);
      f.get(at).i32(rows).op("i32.rem_u").set(row);
      f.get(unit)
        .mul(16 * rows * vectors)
        .add(words.partial)
        .set(base);
      for (const each of vectorClasses) {
        f.for(part, 0, each.parts, 1, () => {
          f.get(part).mul(16 * rows * each.vectors);
          f.get(row)
            .mul(16 * each.vectors)
            .op("i32.add");
          f.add(base)
            .add(16 * rows * each.start)
            .set(address);
          const own = totals.slice(0, each.vectors);
          sumBands(f, words, own, address, (v) => 16 * v, bandBytes(sums));
          for (const [v, total] of own.entries()) {
            f.get(part).mul(4 * each.vectors);
            f.add(4 * (each.start + v) - (v === each.vectors - 1 ? each.shift : 0)).set(element);
            for (let lane = 0; lane < each.lanes; lane++) {
              place(f, unit, row, element, lane);
              f.add(words.weight).get(total).laneMemory("v128.store32_lane", lane);
            }
          }
        });
      }
    };
  });
}
