import { evenPieces } from "../../../codegen/wasm/tiles.ts";
import type { Target } from "../../../core/kernel.ts";
import { type Blocking, chooseBlocking } from "../weight-gradient-blocking.ts";
import type { Scheme } from "./transforms.ts";

/** What is compiled in of a weight gradient: it depends on channels, scheme and target, never on N, H or W. */
export interface GradientShape {
  readonly scheme: Scheme;
  readonly positions: number;
  /** Of the whole tensors. */
  readonly channels: number;
  readonly outputs: number;
  /** Channels are cut into equal parts: a piece takes one part of each side. */
  readonly partChannels: number;
  readonly partOutputs: number;
  /** Of one part, for a convolution of one tap whose pixels are tiles. */
  readonly blocking: Blocking;
  /** Most tiles in a block. */
  readonly blockTiles: number;
  /** Bytes between the positions of a block's transformed input and transformed gradient. */
  readonly inputPlane: number;
  readonly gradPlane: number;
}

/** Channels of a part: its sums and its transformed tiles stay in the second-level cache. */
const mostChannels = 64;
const blockBytes = 560 * 1024;
const mostTiles = 64;
/** Planes that lie a multiple of 4 KiB apart share the few places of one set of the first-level cache. */
const planePadding = 64;

/** The size of the fewest equal parts of at most `mostChannels`; null where many channels have no such parts. */
function partOf(channels: number): number | null {
  for (let parts = Math.ceil(channels / mostChannels); parts <= channels / 32; parts++) {
    if (channels % (4 * parts) === 0) return channels / parts;
  }
  return channels <= 2 * mostChannels ? channels : null;
}

/** Null where the channels cannot be cut. */
export function gradientParts(channels: number, outputs: number, { size }: Scheme) {
  const [partChannels, partOutputs] = [partOf(channels), partOf(outputs)];
  if (partChannels === null || partOutputs === null) return null;
  const tileBytes = size ** 2 * 16 * (Math.ceil(partChannels / 4) + Math.ceil(partOutputs / 4));
  return { partChannels, partOutputs, blockTiles: Math.min(mostTiles, Math.floor(blockBytes / tileBytes)) };
}

export function gradientShape(channels: number, outputs: number, scheme: Scheme, target: Target): GradientShape {
  const { partChannels, partOutputs, blockTiles } = gradientParts(channels, outputs, scheme)!;
  const geometry = { groups: 1, kernel: [1, 1], stride: [1, 1], dilation: [1, 1] } as const;
  return {
    scheme,
    positions: scheme.size ** 2,
    channels,
    outputs,
    partChannels,
    partOutputs,
    blocking: chooseBlocking({ ...geometry, channels: partChannels, outputs: partOutputs }, target),
    blockTiles,
    inputPlane: blockTiles * Math.ceil(partChannels / 4) * 16 + planePadding,
    gradPlane: blockTiles * Math.ceil(partOutputs / 4) * 16 + planePadding,
  };
}

/** Bytes between the sums of one position, [vector parts][rows][vectors of the part][4], and those of the next. */
export const sumPlane = ({ blocking }: GradientShape): number => 16 * blocking.rows * blocking.vectors + planePadding;

/** Bytes of the sums of a piece. */
export const sumBytes = (shape: GradientShape): number => shape.positions * sumPlane(shape);

export const partsOf = ({ channels, outputs, partChannels, partOutputs }: GradientShape) =>
  [channels / partChannels, outputs / partOutputs] as const;

/** Where the parts of a thread's scratch memory begin, in bytes. */
export function gradientScratch(shape: GradientShape) {
  const { scheme, positions, partChannels, partOutputs, inputPlane, gradPlane } = shape;
  const patch = Math.max(positions * partChannels, scheme.outputs ** 2 * partOutputs) * 4;
  const half = positions * 32 + planePadding;
  const input = half + Math.ceil(patch / 16) * 16 + planePadding;
  const grad = input + positions * inputPlane;
  return { half: 0, patch: half, input, grad, bytes: grad + positions * gradPlane };
}

/** How a call is cut into pieces: bands of tiles that are summed apart, by shape alone. */
export function splitGradient(shape: GradientShape, tiles: number) {
  const { positions, channels, outputs, blockTiles } = shape;
  const [channelParts, outputParts] = partsOf(shape);
  const parts = channelParts * outputParts;
  const wanted = Math.min(32, Math.max(8, Math.round((2 * positions * tiles * channels * outputs) / pieceFlops)));
  const most = Math.max(1, Math.min(Math.ceil(wanted / parts), Math.floor(tiles / (2 * blockTiles))));
  const bands = most > 1 && parts % 2 > 0 ? evenPieces(most) : most;
  const tilesPerBand = Math.ceil(tiles / bands);
  const blocks = Math.ceil(tilesPerBand / blockTiles);
  return {
    bands: Math.ceil(tiles / tilesPerBand),
    parts,
    tilesPerBand,
    tilesPerBlock: Math.ceil(tilesPerBand / blocks),
  };
}

/** FLOPs of the products of a piece. */
const pieceFlops = 60e6;
