import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadArguments } from "../../../codegen/wasm/emit.ts";
import { forPanel, plusProduct } from "./emit.ts";
import { type ChannelMode, callFinish, loadPlaces, pushAddress } from "./finish.ts";
import { type DirectProblem, groupBytes, type PanelClass, type Panels, panelBytes } from "./problem.ts";
import { callStrips, cutTiles } from "./strip-run.ts";

/** The argument block: these words, then for the output and each operand the words of loadPlaces. */
export const fixedNames = [
  "x",
  "weights",
  "xBatch",
  "xRow",
  "inputHeight",
  "firstRow",
  "batch",
  "height",
  "width",
  /** Pixels of a row of the output, where a row of the problem runs over several of them. */
  "line",
  "images",
  "blocks",
  "panelsPerBlock",
  "bands",
  "rowsPerBand",
  "chunk",
] as const;

export interface ModuleShape {
  readonly problem: DirectProblem;
  readonly panels: Panels;
  readonly modes: readonly ChannelMode[];
  /** Full panels go straight to the output: nothing is left to do to them. */
  readonly direct: boolean;
  readonly pixelStep: number;
}

/** Pieces are (images, panels, rows); in a piece, each chunk of columns is done by each panel, row after row. */
export function emitRun(
  { problem, panels, modes, pixelStep }: ModuleShape,
  strips: readonly (readonly number[])[],
  finishes: readonly number[],
  resultStep: (kind: PanelClass) => number,
): FunctionBuilder {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, firstPiece, lastPiece, scratch] = f.parameters as [Local, Local, Local, Local];
  const args = loadArguments(f, fixedNames);
  const places = loadPlaces(f, modes, fixedNames.length);
  const v = f.named("piece", "band", "rest", "n", "nEnd", "x0", "pixels", "p", "pFirst", "pEnd", "y", "yFirst", "yEnd");
  const w = f.named("channel", "group", "bytes", "tiles", "size", "more", "xBase", "input", "results", "weights");
  const u = f.named("rowStep", "row", "kernelFirst", "kernelRows", "taps");
  const l = f.named("y", "x", "results", "rest", "count");
  const { kernel, stride, dilation } = problem;

  const limited = (from: Local, count: Local, limit: Local, target: Local) => {
    f.get(from).add(count).set(target);
    f.min(target, limit).set(target);
  };
  const place = { n: v.n, y: v.y, x: v.x0, channel: w.channel };
  /**
   * The kernel rows that lie inside the input for output row y, and the input row of the first: rows of padding would
   * add nothing but zeros.
   */
  const kernelRange = (kind: PanelClass) => {
    const upTo = (limit: () => void, result: Local) => {
      // ceil((limit - row) / dilation), from 0 to all kernel rows.
      limit();
      f.sub(u.row)
        .add(dilation[0] - 1)
        .set(result);
      f.get(result).i32(0).get(result).i32(0).op("i32.gt_s").op("select").i32(dilation[0]).op("i32.div_u").set(result);
      f.min(result, kernel[0]).set(result);
    };
    f.get(args.firstRow);
    plusProduct(f, v.y, stride[0]);
    f.set(u.row);
    upTo(() => f.i32(0), u.kernelFirst);
    upTo(() => f.get(args.inputHeight), u.kernelRows);
    f.get(u.kernelRows).sub(u.kernelFirst).set(u.kernelRows);
    f.get(u.row);
    plusProduct(f, u.kernelFirst, dilation[0]);
    f.set(u.row);
    const head = panels.head * kind.vectors * 16;
    f.get(w.weights).add(head);
    plusProduct(f, u.kernelFirst, kernel[0] === 0 ? 0 : (panelBytes(panels, kind) - head) / kernel[0]);
    f.set(u.taps);
  };
  const panel = (kind: PanelClass, at: number) => {
    cutTiles(f, kind, v.pixels, w);
    f.get(args.weights).add(w.bytes).set(w.weights);
    f.get(args.x);
    plusProduct(f, v.n, args.xBatch);
    plusProduct(f, v.x0, pixelStep);
    if (panels.depthwise) plusProduct(f, w.channel, 4);
    else plusProduct(f, w.group, panels.inputsPerGroup * 4);
    f.set(w.xBase);
    // From here on the channel counts from the first of all.
    f.get(w.channel);
    plusProduct(f, w.group, panels.outputsPerGroup);
    f.set(w.channel);
    f.for(v.y, v.yFirst, v.yEnd, 1, () => {
      kernelRange(kind);
      f.get(w.xBase);
      plusProduct(f, u.row, args.xRow);
      f.set(w.input);
      if (finishes[at] === -1) pushAddress(f, places[0]!, place);
      else f.get(scratch);
      f.set(w.results);
      const rest = () => f.get(u.rowStep).get(u.taps).get(u.kernelRows);
      callStrips(f, kind, strips[at]!, w, rest, pixelStep, resultStep(kind));
      if (finishes[at] === -1) return;
      if (problem.line === undefined) {
        f.get(scratch).get(v.pixels);
        callFinish(f, finishes[at]!, places, place);
      } else finishLines(kind, at);
    });
  };
  /** Finishes the part of each row of the output apart. */
  const finishLines = (kind: PanelClass, at: number) => {
    f.get(v.x0);
    plusProduct(f, v.y, args.width);
    f.tee(l.x).get(args.line).op("i32.div_u").set(l.y);
    f.get(l.x).get(args.line).op("i32.rem_u").set(l.x);
    f.get(scratch).set(l.results).get(v.pixels).set(l.rest);
    f.loop(() => {
      f.get(args.line).sub(l.x).set(l.count);
      f.min(l.count, l.rest).set(l.count);
      f.get(l.results).get(l.count);
      callFinish(f, finishes[at]!, places, { ...place, y: l.y, x: l.x });
      f.get(l.results);
      plusProduct(f, l.count, kind.vectors * 16);
      f.set(l.results).i32(0).set(l.x).advance(l.y, 1);
      f.get(l.rest).sub(l.count).tee(l.rest).branchIf(0);
    });
  };

  f.get(args.xRow).mul(dilation[0]).set(u.rowStep);
  f.for(v.piece, firstPiece, lastPiece, 1, () => {
    f.get(v.piece).get(args.bands).op("i32.rem_u").mul(args.rowsPerBand).set(v.yFirst);
    limited(v.yFirst, args.rowsPerBand, args.height, v.yEnd);
    f.get(v.piece).get(args.bands).op("i32.div_u").set(v.rest);
    f.get(v.rest).get(args.blocks).op("i32.rem_u").mul(args.panelsPerBlock).set(v.pFirst);
    f.i32(panels.groups * panels.panelsPerGroup).set(v.band);
    limited(v.pFirst, args.panelsPerBlock, v.band, v.pEnd);
    f.get(v.rest).get(args.blocks).op("i32.div_u").mul(args.images).tee(v.rest);
    f.set(v.n);
    limited(v.rest, args.images, args.batch, v.nEnd);
    f.for(v.n, v.rest, v.nEnd, 1, () => {
      f.i32(0).set(v.x0);
      f.loop(() => {
        limited(v.x0, args.chunk, args.width, v.pixels);
        f.get(v.pixels).sub(v.x0).set(v.pixels);
        f.for(v.p, v.pFirst, v.pEnd, 1, () => forPanel(f, panels, v.p, w, groupBytes(panels), panel));
        f.get(v.x0).add(args.chunk).tee(v.x0).get(args.width).op("i32.lt_s").branchIf(0);
      });
    });
  });
  return f;
}
