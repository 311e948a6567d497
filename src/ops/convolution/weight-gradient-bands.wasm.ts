import type { FunctionBuilder, Local } from "../../codegen/wasm/assembler.ts";
import { partBounds } from "../../codegen/wasm/emit.ts";
import { evenPieces } from "../../codegen/wasm/tiles.ts";
import type { Argument, KernelCall, KernelPlan, KernelStep } from "../../core/kernel.ts";
import { numel } from "../../core/shape.ts";
import type { WeightGradientAttributes } from "./weight-gradient.ts";
import type { WeightGradientGeometry } from "./weight-gradient-blocking.ts";
import { bandBytes, emitReduction, type PartialSums, reductionStep } from "./weight-gradient-reduce.wasm.ts";

/** How the pixels of the output are cut: chunks that fit a first-level cache, bands of chunks that are summed apart. */
export interface Bands {
  readonly chunkRows: number;
  readonly chunkColumns: number;
  readonly rowChunks: number;
  readonly columnChunks: number;
  readonly chunks: number;
  readonly bands: number;
  /** Parts into which the tiles of a band are dealt. */
  readonly subsets: number;
  readonly reductionPieces: number;
}

const chunkBytes = 32 * 1024;
const chunkPixels = 96;

/** Depends on shapes alone, never on the tile, so that the order of all sums does. `mostSubsets`: tiles that there are, about. */
export function planBands(
  call: KernelCall,
  { channels, outputs, stride }: WeightGradientGeometry,
  mostSubsets: number,
  pieceFlops: number,
): Bands {
  const [batch, , height, width] = call.inputs[1]!.shape as [number, number, number, number];
  const pixelBytes = 4 * (channels * stride[1] + outputs);
  const pixels = Math.max(chunkPixels, Math.floor(chunkBytes / pixelBytes));
  const columnChunks = Math.ceil(width / (1.5 * pixels));
  const chunkColumns = Math.ceil(width / columnChunks);
  const rowChunks = Math.ceil(height / Math.max(1, Math.round(pixels / chunkColumns)));
  const chunkRows = Math.ceil(height / rowChunks);
  const grid = { chunkRows, chunkColumns, rowChunks: Math.ceil(height / chunkRows), columnChunks };
  const chunks = batch * grid.rowChunks * grid.columnChunks;
  const bytesOfBand = 4 * numel(call.output.shape);
  const flops = 2 * numel(call.output.shape) * batch * height * width;
  const wanted = evenPieces(flops / pieceFlops);
  // More subsets read the pixels more often, more bands write more partial sums.
  const traffic = (subsets: number) =>
    subsets * batch * height * width * pixelBytes + 3 * bytesOfBand * Math.min(chunks, Math.ceil(wanted / subsets));
  let subsets = 1;
  for (let each = 2; each <= Math.min(mostSubsets, wanted); each++)
    if (traffic(each) < traffic(subsets)) subsets = each;
  const each = wanted / subsets;
  const bands = Math.min(chunks, subsets % 2 > 0 ? evenPieces(each) : Math.ceil(each));
  const reductionPieces = Math.max(1, Math.min(mostSubsets, Math.ceil((bands * bytesOfBand) / (1 << 18))));
  return { ...grid, chunks, bands, subsets, reductionPieces };
}

export const bandArgumentNames = [
  "x",
  "grad",
  "partial",
  "inputImage",
  "inputRow",
  "inputTap",
  "gradImage",
  "gradRow",
  "height",
  "width",
  "chunkRows",
  "chunkColumns",
  "rowChunks",
  "columnChunks",
  "chunks",
  "bands",
  "subsets",
] as const;

function bandArguments(
  { inputs, inputLayouts, attributes }: KernelCall,
  { stride, dilation }: WeightGradientGeometry,
  bands: Bands,
): Argument[] {
  const [x, grad] = inputLayouts as [KernelCall["outputLayout"], KernelCall["outputLayout"]];
  const [top, left] = (attributes as WeightGradientAttributes).padding;
  return [
    { buffer: "input", index: 0, offset: x.offset - top * x.strides[2]! - left * x.strides[3]! },
    { buffer: "input", index: 1, offset: grad.offset },
    { buffer: "workspace", index: 0 },
    4 * x.strides[0]!,
    4 * x.strides[2]! * stride[0],
    4 * x.strides[2]! * dilation[0],
    4 * grad.strides[0]!,
    4 * grad.strides[2]!,
    inputs[1]!.shape[2]!,
    inputs[1]!.shape[3]!,
    bands.chunkRows,
    bands.chunkColumns,
    bands.rowChunks,
    bands.columnChunks,
    bands.chunks,
    bands.bands,
    bands.subsets,
  ];
}

/** Sums of products of pixels, one set for each band, then what adds the bands up: `place` as of emitReduction. */
export function bandPlan(
  call: KernelCall,
  name: string,
  geometry: WeightGradientGeometry,
  bands: Bands,
  sums: PartialSums,
  emit: KernelStep["emit"],
  place: Parameters<typeof emitReduction>[1],
): KernelPlan {
  const { target } = call;
  const key = JSON.stringify([geometry, target]);
  const names = { label: "conv2dWeightGradient: add bands", key: `${name} reduce ${key}` };
  const emitSum = () => emitReduction(sums, place, target);
  return {
    steps: [
      {
        label: name,
        key: `${name} ${key}`,
        emit,
        arguments: bandArguments(call, geometry, bands),
        pieces: bands.bands * bands.subsets,
      },
      reductionStep(call, names, emitSum, bands.bands, bands.reductionPieces),
    ],
    workspaces: [bands.bands * bandBytes(sums)],
  };
}

/** What is known of a chunk inside the loop over the chunks of a piece. */
export interface Chunk {
  readonly subset: Local;
  /** Addresses of its first pixel, at tap (0, 0). */
  readonly x: Local;
  readonly grad: Local;
  readonly height: Local;
  readonly width: Local;
  readonly xJump: Local;
  readonly gradJump: Local;
  /** Address of the band's partial sums, and whether something is in them yet. */
  readonly partial: Local;
  readonly accumulate: Local;
}

/** For each piece (a band and a subset of its tiles), `body` on each chunk of the band. */
export function emitBandLoop(
  f: FunctionBuilder,
  a: Record<(typeof bandArgumentNames)[number], Local>,
  sizes: { readonly inputPixel: number; readonly gradPixel: number; readonly bandBytes: number },
  body: (chunk: Chunk) => void,
): void {
  const [, first, last] = f.parameters as [Local, Local, Local];
  const local = () => f.local("i32");
  const [piece, band, at, from, to, image, y, column] = f.locals("i32", 8) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const chunk: Chunk = {
    subset: local(),
    x: local(),
    grad: local(),
    height: local(),
    width: local(),
    xJump: local(),
    gradJump: local(),
    partial: local(),
    accumulate: local(),
  };
  f.for(piece, first, last, 1, () => {
    f.get(piece).get(a.subsets).op("i32.div_u").set(band);
    f.get(piece).get(a.subsets).op("i32.rem_u").set(chunk.subset);
    f.get(band).mul(sizes.bandBytes).add(a.partial).set(chunk.partial);
    partBounds(f, band, a.bands, a.chunks, from, to);
    f.for(at, from, to, 1, () => {
      f.get(at).get(a.columnChunks).op("i32.rem_u").mul(a.chunkColumns).set(column);
      f.get(at).get(a.columnChunks).op("i32.div_u").set(y);
      f.get(y).get(a.rowChunks).op("i32.div_u").set(image);
      f.get(y).get(a.rowChunks).op("i32.rem_u").mul(a.chunkRows).set(y);
      least(f, a.height, y, a.chunkRows, chunk.height);
      least(f, a.width, column, a.chunkColumns, chunk.width);
      start(f, a.x, [image, a.inputImage], [y, a.inputRow], [column, sizes.inputPixel], chunk.x);
      start(f, a.grad, [image, a.gradImage], [y, a.gradRow], [column, sizes.gradPixel], chunk.grad);
      f.get(a.inputRow).get(chunk.width).mul(sizes.inputPixel).op("i32.sub").set(chunk.xJump);
      f.get(a.gradRow).get(chunk.width).mul(sizes.gradPixel).op("i32.sub").set(chunk.gradJump);
      f.get(at).get(from).op("i32.gt_s").set(chunk.accumulate);
      body(chunk);
    });
  });
}

/** result = min(size - from, most). */
function least(f: FunctionBuilder, size: Local, from: Local, most: Local, result: Local): void {
  f.get(size).sub(from).set(result);
  f.min(result, most).set(result);
}

function start(f: FunctionBuilder, base: Local, ...rest: [...(readonly [Local, Local | number])[], Local]): void {
  const result = rest.at(-1) as Local;
  f.get(base);
  for (const [count, step] of rest.slice(0, -1) as [Local, Local | number][]) {
    f.get(count).mul(step).op("i32.add");
  }
  f.set(result);
}
