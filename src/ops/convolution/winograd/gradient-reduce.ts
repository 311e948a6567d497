import { emitTranspose4x4 } from "../../../codegen/wasm/emit.ts";
import { VectorPool } from "../../../codegen/wasm/math.ts";
import { hoistsLoads } from "../../../codegen/wasm/tiles.ts";
import type { Target } from "../../../core/kernel.ts";
import { plusProduct } from "../direct/emit.ts";
import type { VectorClass } from "../weight-gradient-blocking.ts";
import { reductionModule, sumBands } from "../weight-gradient-reduce.wasm.ts";
import { type GradientShape, partsOf, sumBytes, sumPlane } from "./gradient-shape.ts";

/** Adds the bands up, in order, transforms the sums back, `Gᵀ S G`, and stores the taps at their places in the weight. */
export function emitGradientReduction(shape: GradientShape, target: Target): Uint8Array<ArrayBuffer> {
  const { scheme, channels, partChannels, partOutputs, blocking } = shape;
  const { size } = scheme;
  const { rows, inputRows, vectorClasses, vectorParts } = blocking;
  const fused = target.fusedMultiplyAdd;
  const [channelParts, outputParts] = partsOf(shape);
  const parts = channelParts * outputParts;
  return reductionModule(parts * vectorParts, target, (f, words) => {
    const v = f.named("part", "row", "base", "index", "address", "rest", "place");
    const pool = new VectorPool(f);
    if (!hoistsLoads(target)) f.keepConstants();
    const totals = f.locals("v128", size);
    const half = Array.from({ length: size }, () => f.locals("v128", 3));
    const taps = Array.from({ length: 3 }, () => f.locals("v128", 3));
    /** Bytes of the weight between neighbours along the rows and along the vectors. */
    const [rowBytes, elementBytes] = inputRows ? [36, channels * 36] : [channels * 36, 36];

    /** Adds up vector `vector` of the part at `address`, and stores the taps of its lanes from `place` on. */
    const vector = (each: VectorClass, index: number) => {
      for (let row = 0; row < size; row++) {
        f.get(v.address).set(v.rest);
        const offset = (column: number) => (row * size + column) * sumPlane(shape) + 16 * index;
        sumBands(f, words, totals, v.rest, offset, parts * sumBytes(shape));
        scheme.gradWeight(f, fused, totals, (tap, push) => {
          push();
          f.set(half[row]![tap]!);
        });
      }
      for (let column = 0; column < 3; column++) {
        const along = half.map((values) => values[column]!);
        scheme.gradWeight(f, fused, along, (row, push) => {
          push();
          f.set(taps[row]![column]!);
        });
      }
      const moved = 4 * index - (index === each.vectors - 1 ? each.shift : 0);
      // Of each lane four neighbouring taps at a time, and the ninth.
      const ofTaps = taps.flat();
      if (each.lanes === 4)
        for (const four of [ofTaps.slice(0, 4), ofTaps.slice(4, 8)]) emitTranspose4x4(f, four, pool);
      for (let lane = 0; lane < each.lanes; lane++) {
        f.get(v.place)
          .add((moved + lane) * elementBytes)
          .set(v.rest);
        if (each.lanes === 4)
          for (const first of [0, 4])
            f.get(v.rest)
              .get(ofTaps[first + lane]!)
              .store("v128.store", 4 * first);
        for (const [tap, values] of ofTaps.entries()) {
          if (each.lanes < 4 || tap === 8)
            f.get(v.rest)
              .get(values)
              .laneMemory("v128.store32_lane", lane, 4 * tap);
        }
      }
    };

    // Rows innermost: what is written lies in few places at a time, and each of them is filled in order.
    return (at) => {
      f.get(at).i32(vectorParts).op("i32.div_u").set(v.part);
      f.get(words.weight).get(v.part).i32(channelParts).op("i32.rem_u");
      f.mul(partChannels * 36).op("i32.add");
      f.get(v.part)
        .i32(channelParts)
        .op("i32.div_u")
        .mul(partOutputs * channels * 36)
        .op("i32.add")
        .set(v.base);
      for (const each of vectorClasses) {
        f.get(at).i32(vectorParts).op("i32.rem_u").sub(each.first).tee(v.index);
        f.i32(each.parts)
          .op("i32.lt_u")
          .if(() => {
            f.get(words.partial);
            plusProduct(f, v.part, sumBytes(shape));
            plusProduct(f, v.index, 16 * rows * each.vectors);
            f.add(16 * rows * each.start).set(v.address);
            f.get(v.base);
            plusProduct(f, v.index, 4 * each.vectors * elementBytes);
            f.add(4 * each.start * elementBytes).set(v.place);
            f.for(v.row, 0, rows, 1, () => {
              for (let index = 0; index < each.vectors; index++) vector(each, index);
              f.advance(v.address, 16 * each.vectors);
              f.advance(v.place, rowBytes);
            });
          });
      }
    };
  });
}
