import { type Border, scratchLimit } from "../../../core/kernel.ts";
import { type DirectProblem, type PanelClass, type Panels, panelClasses, panelCount } from "../direct/problem.ts";
import { splatStep } from "../direct/tiles.ts";
import type { Scheme } from "./transforms.ts";

/** A convolution of 3x3 taps, stride 1, no dilation and one group, over channels-last planes with a border of zeros. */
export interface WinogradProblem extends DirectProblem {
  readonly inputWidth: number;
  /** Of the planes: read where a tile reaches into it. */
  readonly border: Border;
}

/** All that is compiled in: it depends on channels, scheme and target, never on N, H or W. */
export interface WinogradShape {
  readonly scheme: Scheme;
  /** (m + 2)². */
  readonly positions: number;
  readonly channels: number;
  /** Vectors of input channels. */
  readonly channelVectors: number;
  readonly panels: Panels;
  /** Most tiles in a block. */
  readonly blockTiles: number;
  /** Bytes between the positions of the transformed input of a block. */
  readonly inputPlane: number;
}

/** Tiles of a block: enough to use a panel's weights often. */
const mostTiles = { 2: 72, 4: 36 } as const;
/** Of the widest panel: a row of 16 outputs. */
const mostRowBytes = 64;
/** Planes that lie a multiple of 4 KiB apart share the few places of one set of the first-level cache. */
const planePadding = 64;

/** So many that a block's transformed input, products and results fit into the scratch memory, which is about a second-level cache. */
export function blockTilesOf(channels: number, { outputs, size }: Scheme): number {
  const positions = size ** 2;
  const fixed = positions * (channels * 4 + 32 + 2 * planePadding) + 8 * planePadding;
  const perTile = positions * Math.ceil(channels / 4) * 16 + (positions + outputs ** 2) * mostRowBytes;
  return Math.min(mostTiles[outputs], Math.floor((scratchLimit - fixed) / perTile));
}

export function winogradShape(problem: WinogradProblem, scheme: Scheme): WinogradShape {
  const { channels, outputs, bias, target } = problem;
  const positions = scheme.size ** 2;
  const channelVectors = Math.ceil(channels / 4);
  const classes = panelClasses(outputs, target, splatStep);
  const panels: Panels = {
    depthwise: false,
    wholeRows: false,
    groups: 1,
    outputsPerGroup: outputs,
    inputsPerGroup: channels,
    // One row more than there are channels: it keeps the positions off multiples of 4 KiB.
    terms: positions * (channels + 1),
    classes,
    panelsPerGroup: panelCount(classes),
    head: bias ? 1 : 0,
  };
  const blockTiles = blockTilesOf(channels, scheme);
  return {
    scheme,
    positions,
    channels,
    channelVectors,
    panels,
    blockTiles,
    inputPlane: blockTiles * channelVectors * 16 + planePadding,
  };
}

/** Bytes between the positions of a panel's products. */
export const productPlane = ({ blockTiles }: WinogradShape, { vectors }: PanelClass): number =>
  blockTiles * vectors * 16 + planePadding;

/** Bytes between the positions of a panel's weights. */
export const weightPlane = ({ channels }: WinogradShape, { vectors }: PanelClass): number =>
  (channels + 1) * vectors * 16;

/** Where the parts of a thread's scratch memory begin, in bytes. */
export function scratchPlaces(shape: WinogradShape) {
  const { scheme, positions, channels, blockTiles, inputPlane, panels } = shape;
  const widest = panels.classes.reduce((a, b) => (b.vectors > a.vectors ? b : a));
  const parts = {
    /** One tile that is transformed along one axis, two vectors side by side. */
    half: positions * 32,
    /** The input of a tile that reaches over an edge. */
    patch: Math.ceil((positions * channels * 4) / 16) * 16,
    input: positions * inputPlane,
    products: positions * productPlane(shape, widest),
    results: blockTiles * scheme.outputs ** 2 * widest.vectors * 16,
  };
  let end = 0;
  const places = {} as Record<keyof typeof parts, number>;
  for (const [name, bytes] of Object.entries(parts) as [keyof typeof parts, number][]) {
    places[name] = end;
    end += bytes + planePadding;
  }
  return { ...places, bytes: end };
}
