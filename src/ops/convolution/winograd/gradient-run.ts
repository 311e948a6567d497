import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadArguments } from "../../../codegen/wasm/emit.ts";
import { encodeModule } from "../../../codegen/wasm/module.ts";
import type { Target } from "../../../core/kernel.ts";
import { plusProduct } from "../direct/emit.ts";
import type { VectorClass } from "../weight-gradient-blocking.ts";
import { emitOuterProductTile } from "../weight-gradient-tile.wasm.ts";
import { type GradientShape, gradientScratch, partsOf, sumBytes, sumPlane } from "./gradient-shape.ts";
import { emitPatch, emitTileTransform } from "./input.ts";
import { planeNames, type TileSource, tileWalk, transformTiles } from "./tiles.ts";

type PlaneName = (typeof planeNames)[number];
const prefixed = <Prefix extends string>(prefix: Prefix) =>
  planeNames.map((name) => `${prefix} ${name}` as `${Prefix} ${PlaneName}`);

/** The argument block: planeNames of the input, those of the gradient, then these words. */
export const gradientNames = ["sums", "tileColumns", "tileRows", "tiles", "tilesPerBand", "tilesPerBlock"] as const;

/**
 * Pieces are (band of tiles, part of the outputs, part of the channels). In a piece, for each block of tiles: input and
 * gradient are transformed, and the outer products of each position are added to the piece's sums.
 */
export function emitGradientProducts(shape: GradientShape, target: Target): Uint8Array<ArrayBuffer> {
  const { scheme, positions, channels, outputs, partChannels, partOutputs, blocking, inputPlane, gradPlane } = shape;
  const { rows, inputRows, rowClasses, vectorClasses } = blocking;
  const fused = target.fusedMultiplyAdd;
  const functions: FunctionBuilder[] = [];
  const add = (each: FunctionBuilder) => functions.push(each) - 1;
  const [inputTile, gradTile] = [Math.ceil(partChannels / 4) * 16, Math.ceil(partOutputs / 4) * 16];

  /** Transforms of one side, from the whole tensor and from a patch. */
  const side = (name: string, of: Pick<TileSource, "pixelBytes" | "size" | "channels">, plane: number) => {
    const transform = name === "input" ? scheme.input : scheme.gradOutput;
    const tile = { transform, from: of.size, to: scheme.size, channels: of.channels, plane };
    return {
      ...of,
      step: scheme.outputs,
      transform: add(emitTileTransform(name, { ...tile, pixelBytes: of.pixelBytes }, target)),
      patchTransform: add(emitTileTransform(`${name} patched`, { ...tile, pixelBytes: of.channels * 4 }, target)),
      patch: add(emitPatch(`${name} patch`, { from: of.size, channels: of.channels, pixelBytes: of.pixelBytes })),
    };
  };
  const inputSide = side("input", { pixelBytes: channels * 4, size: scheme.size, channels: partChannels }, inputPlane);
  const gradSide = side("grad", { pixelBytes: outputs * 4, size: scheme.outputs, channels: partOutputs }, gradPlane);
  const tileIndex = vectorClasses.map((each) =>
    rowClasses.map((group) =>
      add(
        emitOuterProductTile({
          name: `tile ${functions.length}`,
          rows: group.rows,
          vectors: each.vectors,
          shift: each.vectors > 1 ? each.shift : 0,
          lanes: each.lanes,
          rowPixel: inputRows ? inputTile : gradTile,
          vectorPixel: inputRows ? gradTile : inputTile,
          fused,
        }),
      ),
    ),
  );

  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, firstPiece, lastPiece, scratch] = f.parameters as [Local, Local, Local, Local];
  const a = loadArguments(f, [...prefixed("input"), ...prefixed("grad"), ...gradientNames]);
  const v = f.named(
    "piece",
    "rest",
    "from",
    "to",
    "end",
    "x",
    "grad",
    "sums",
    "count",
    "accumulate",
    "position",
    "part",
  );
  const w = f.named("rowSide", "vectorSide", "inputAt", "gradAt", "destination");
  const at = gradientScratch(shape);
  const place = (name: Exclude<keyof typeof at, "bytes">) => f.get(scratch).add(at[name]);
  const walk = tileWalk(f, { from: v.from, to: v.to, tileRows: a.tileRows, tileColumns: a.tileColumns });
  const words = (prefix: "input" | "grad", address: Local) => {
    const own = Object.fromEntries(planeNames.map((name) => [name, a[`${prefix} ${name}`]]));
    return { ...(own as Record<PlaneName, Local>), address };
  };
  const scratchOf = (target: "input" | "grad") => ({
    target: () => place(target),
    patch: () => place("patch"),
    half: () => place("half"),
  });
  const products = (each: VectorClass, which: number) => {
    f.for(v.part, 0, each.parts, 1, () => {
      for (const [index, group] of rowClasses.entries()) {
        f.get(w.rowSide)
          .add(4 * group.start)
          .get(w.vectorSide)
          .i32(1)
          .get(v.count)
          .i32(0)
          .i32(0);
        f.get(w.destination).add(16 * each.vectors * group.start);
        f.i32(group.blocks).get(v.accumulate).call(tileIndex[which]![index]!);
      }
      f.advance(w.vectorSide, 16 * each.vectors);
      f.advance(w.destination, 16 * each.vectors * rows);
    });
  };

  const [channelParts, outputParts] = partsOf(shape);
  f.for(v.piece, firstPiece, lastPiece, 1, () => {
    f.get(a.sums);
    plusProduct(f, v.piece, sumBytes(shape));
    f.set(v.sums);
    f.get(a["input address"])
      .get(v.piece)
      .i32(channelParts)
      .op("i32.rem_u")
      .mul(partChannels * 4)
      .op("i32.add")
      .set(v.x);
    f.get(v.piece).i32(channelParts).op("i32.div_u").set(v.rest);
    f.get(a["grad address"])
      .get(v.rest)
      .i32(outputParts)
      .op("i32.rem_u")
      .mul(partOutputs * 4)
      .op("i32.add")
      .set(v.grad);
    f.get(v.rest).i32(outputParts).op("i32.div_u").mul(a.tilesPerBand).tee(v.from);
    f.add(a.tilesPerBand).set(v.end);
    f.min(v.end, a.tiles).set(v.end);
    f.i32(0).set(v.accumulate);
    f.loop(() => {
      f.get(v.from).add(a.tilesPerBlock).set(v.to);
      f.min(v.to, v.end).set(v.to);
      f.get(v.to).sub(v.from).set(v.count);
      transformTiles(f, walk, { ...inputSide, words: words("input", v.x) }, scratchOf("input"));
      transformTiles(f, walk, { ...gradSide, words: words("grad", v.grad) }, scratchOf("grad"));
      f.get(v.sums).set(w.destination);
      place("input").set(w.inputAt);
      place("grad").set(w.gradAt);
      f.for(v.position, 0, positions, 1, () => {
        f.get(inputRows ? w.inputAt : w.gradAt).set(w.rowSide);
        for (const [which, each] of vectorClasses.entries()) {
          const back = each.vectors === 1 ? 4 * each.shift : 0;
          f.get(inputRows ? w.gradAt : w.inputAt)
            .add(16 * each.start - back)
            .set(w.vectorSide);
          products(each, which);
        }
        f.advance(w.destination, sumPlane(shape) - 16 * rows * blocking.vectors);
        f.advance(w.inputAt, inputPlane);
        f.advance(w.gradAt, gradPlane);
      });
      f.i32(1).set(v.accumulate);
      f.get(v.to).tee(v.from).get(v.end).op("i32.lt_s").branchIf(0);
    });
  });
  functions.push(f);
  return encodeModule(functions, target.memory);
}
