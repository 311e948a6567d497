import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadArguments, partBounds } from "../../../codegen/wasm/emit.ts";
import { forPanel, plusProduct } from "../direct/emit.ts";
import { type ChannelMode, callFinish, loadPlaces } from "../direct/finish.ts";
import { groupBytes, type PanelClass } from "../direct/problem.ts";
import { callStrips, cutTiles } from "../direct/strip-run.ts";
import { productPlane, scratchPlaces, type WinogradShape, weightPlane } from "./problem.ts";
import { forRuns, planeNames, type TileSource, tileWalk, transformTiles } from "./tiles.ts";

/** The argument block: these words, then for the output and each operand the words of loadPlaces. */
export const fixedNames = [
  ...planeNames,
  "weights",
  "tileColumns",
  "tileRows",
  "tiles",
  "tilesPerBlock",
  "panelParts",
  "height",
  "width",
] as const;

export interface FunctionIndexes {
  readonly input: number;
  readonly patch: number;
  /** By class of panels; strips by rows - 1. */
  readonly strips: readonly (readonly number[])[];
  readonly outputs: readonly number[];
  readonly finishes: readonly number[];
}

/**
 * Pieces are (block of tiles, part of the panels). In a piece: the block's input is transformed, then for each panel the
 * products of all positions are summed over channels, transformed back, and finished row by row.
 */
export function emitRun(
  shape: WinogradShape,
  modes: readonly ChannelMode[],
  functions: FunctionIndexes,
): FunctionBuilder {
  const { scheme, positions, channels, channelVectors, panels, inputPlane } = shape;
  const { size, outputs: m } = scheme;
  const scratchAt = scratchPlaces(shape);
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, firstPiece, lastPiece, scratch] = f.parameters as [Local, Local, Local, Local];
  const args = loadArguments(f, fixedNames);
  const places = loadPlaces(f, modes, fixedNames.length);
  const v = f.named("piece", "from", "to", "block", "part", "parts", "panel", "pFirst", "pEnd");
  const t = f.named("rest", "y", "x", "rows", "pixels", "results");
  const w = f.named("channel", "group", "bytes", "position", "input", "weights", "results", "tiles", "more", "size");

  const walk = tileWalk(f, { from: v.from, to: v.to, tileRows: args.tileRows, tileColumns: args.tileColumns });
  const source: TileSource = {
    words: args,
    pixelBytes: channels * 4,
    step: m,
    size,
    channels,
    transform: functions.input,
    patchTransform: functions.input,
    patch: functions.patch,
  };
  const place = (name: Exclude<keyof typeof scratchAt, "bytes">) => f.get(scratch).add(scratchAt[name]);
  const multiply = (kind: PanelClass, at: number) => {
    f.get(args.weights).add(w.bytes);
    f.add(panels.head * kind.vectors * 16).set(w.weights);
    f.for(w.position, 0, positions, 1, () => {
      place("input");
      plusProduct(f, w.position, inputPlane);
      f.set(w.input);
      place("products");
      plusProduct(f, w.position, productPlane(shape, kind));
      f.set(w.results);
      f.get(v.to).sub(v.from).set(w.size);
      cutTiles(f, kind, w.size, w);
      // No rows step, one kernel row whose taps are all.
      const rest = () => f.i32(0).get(w.weights).i32(1);
      callStrips(f, kind, functions.strips[at]!, w, rest, channelVectors * 16, kind.vectors * 16);
      f.advance(w.weights, weightPlane(shape, kind));
    });
  };
  const transformOutput = (kind: PanelClass, at: number) => {
    const tileBytes = kind.vectors * 16;
    place("products").set(w.results);
    forRuns(f, walk, () => {
      f.get(walk.runEnd).sub(walk.tile).set(w.tiles);
      f.get(w.results).get(args.weights).add(w.bytes);
      place("results").get(w.tiles);
      f.get(w.tiles).mul(m * tileBytes);
      place("half").call(functions.outputs[at]!);
      f.get(w.results);
      plusProduct(f, w.tiles, tileBytes);
      f.set(w.results);
      f.get(walk.ty).mul(m).set(t.y);
      f.get(walk.tx).mul(m).set(t.x);
      // The last tile of a row, and those of the last rows, may reach over the edge.
      f.get(w.tiles).mul(m).set(t.pixels);
      f.get(args.width).sub(t.x).set(t.rest);
      f.min(t.pixels, t.rest).set(t.pixels);
      f.get(t.y).add(m).set(t.rows);
      f.min(t.rows, args.height).set(t.rows);
      place("results").set(t.results);
      f.loop(() => {
        f.get(t.results).get(t.pixels);
        callFinish(f, functions.finishes[at]!, places, { n: walk.n, y: t.y, x: t.x, channel: w.channel });
        f.get(t.results);
        plusProduct(f, w.tiles, m * tileBytes);
        f.set(t.results);
        f.get(t.y).add(1).tee(t.y).get(t.rows).op("i32.lt_s").branchIf(0);
      });
    });
  };

  f.i32(panels.panelsPerGroup).set(v.parts);
  f.for(v.piece, firstPiece, lastPiece, 1, () => {
    f.get(v.piece).get(args.panelParts).op("i32.rem_u").set(v.part);
    f.get(v.piece).get(args.panelParts).op("i32.div_u").set(v.block);
    partBounds(f, v.part, args.panelParts, v.parts, v.pFirst, v.pEnd);
    f.get(v.block).mul(args.tilesPerBlock).tee(v.from);
    f.add(args.tilesPerBlock).set(v.to);
    f.min(v.to, args.tiles).set(v.to);
    transformTiles(f, walk, source, {
      target: () => place("input"),
      patch: () => place("patch"),
      half: () => place("half"),
    });
    f.for(v.panel, v.pFirst, v.pEnd, 1, () => {
      forPanel(f, panels, v.panel, w, groupBytes(panels), (kind, at) => {
        multiply(kind, at);
        transformOutput(kind, at);
      });
    });
  });
  return f;
}
