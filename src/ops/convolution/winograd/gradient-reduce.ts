import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadArguments, partBounds } from "../../../codegen/wasm/emit.ts";
import { encodeModule } from "../../../codegen/wasm/module.ts";
import type { Target } from "../../../core/kernel.ts";
import { plusProduct } from "../direct/emit.ts";
import type { VectorClass } from "../weight-gradient-blocking.ts";
import { type GradientShape, partsOf, sumBytes } from "./gradient-shape.ts";

export const reduceArgumentNames = ["sums", "weight", "bands", "pieces"] as const;

/** Adds the bands up, in order, transforms the sums back, `Gᵀ S G`, and stores the taps at their places in the weight. */
export function emitGradientReduction(shape: GradientShape, target: Target): Uint8Array<ArrayBuffer> {
  const { scheme, channels, partChannels, partOutputs, blocking } = shape;
  const { size } = scheme;
  const { rows, vectors, inputRows, vectorClasses } = blocking;
  const fused = target.fusedMultiplyAdd;
  const [channelParts, outputParts] = partsOf(shape);
  const parts = channelParts * outputParts;
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [block, first, last] = f.parameters as [Local, Local, Local];
  const { sums, weight, bands, pieces } = loadArguments(f, block, reduceArgumentNames);
  const i32 = <Name extends string>(...names: Name[]) =>
    Object.fromEntries(names.map((name) => [name, f.local("i32")])) as Record<Name, Local>;
  const v = i32(
    "piece",
    "at",
    "from",
    "to",
    "total",
    "part",
    "row",
    "base",
    "index",
    "band",
    "address",
    "rest",
    "place",
  );
  const totals = f.locals("v128", size);
  const half = Array.from({ length: size }, () => f.locals("v128", 3));
  const taps = Array.from({ length: 3 }, () => f.locals("v128", 3));
  /** Bytes of the weight between neighbours along the rows and along the vectors. */
  const [rowBytes, elementBytes] = inputRows ? [36, channels * 36] : [channels * 36, 36];

  /** Adds up vector `vector` of the part at `address`, and stores the taps of its lanes from `place` on. */
  const vector = (each: VectorClass, index: number) => {
    for (let row = 0; row < size; row++) {
      for (const total of totals) f.f32x4(0).set(total);
      f.get(v.address).set(v.rest);
      f.for(v.band, 0, bands, 1, () => {
        for (const [column, total] of totals.entries()) {
          f.get(total)
            .get(v.rest)
            .load("v128.load", 16 * ((row * size + column) * rows * vectors + index))
            .op("f32x4.add")
            .set(total);
        }
        f.get(v.rest)
          .i32(parts * sumBytes(shape))
          .op("i32.add")
          .set(v.rest);
      });
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
    for (let lane = 0; lane < each.lanes; lane++) {
      f.get(v.place)
        .i32((moved + lane) * elementBytes)
        .op("i32.add")
        .set(v.rest);
      for (const [tap, values] of taps.flat().entries()) {
        f.get(v.rest)
          .get(values)
          .laneMemory("v128.store32_lane", lane, 4 * tap);
      }
    }
  };

  f.i32(parts * rows).set(v.total);
  f.for(v.piece, first, last, 1, () => {
    partBounds(f, v.piece, pieces, v.total, v.from, v.to);
    f.for(v.at, v.from, v.to, 1, () => {
      f.get(v.at).i32(rows).op("i32.div_u").set(v.part);
      f.get(v.at).i32(rows).op("i32.rem_u").set(v.row);
      f.get(weight).get(v.part).i32(channelParts).op("i32.rem_u");
      f.i32(partChannels * 36)
        .op("i32.mul")
        .op("i32.add");
      f.get(v.part)
        .i32(channelParts)
        .op("i32.div_u")
        .i32(partOutputs * channels * 36)
        .op("i32.mul")
        .op("i32.add");
      plusProduct(f, v.row, rowBytes);
      f.set(v.base);
      for (const each of vectorClasses) {
        f.get(sums);
        plusProduct(f, v.part, sumBytes(shape));
        plusProduct(f, v.row, 16 * each.vectors);
        f.i32(16 * rows * each.start)
          .op("i32.add")
          .set(v.address);
        f.get(v.base)
          .i32(4 * each.start * elementBytes)
          .op("i32.add")
          .set(v.place);
        f.for(v.index, 0, each.parts, 1, () => {
          for (let index = 0; index < each.vectors; index++) vector(each, index);
          f.get(v.address)
            .i32(16 * rows * each.vectors)
            .op("i32.add")
            .set(v.address);
          f.get(v.place)
            .i32(4 * each.vectors * elementBytes)
            .op("i32.add")
            .set(v.place);
        });
      }
    });
  });
  return encodeModule([f], target.memory);
}
