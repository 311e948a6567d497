import type { Symmetry } from "./dataset.ts";

/** Where to find the pixels of a rectangle of one channel in a larger array. */
export interface Window {
  /** Index of the upper left pixel. */
  readonly start: number;
  /** Distance between two rows. */
  readonly pitch: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Copies a window, turned by `symmetry`, to `out` from `outStart`, row by row; each value goes through `table` where one
 * is given (codes to numbers). With bit 4 of the symmetry the result is `height` wide and `width` high.
 */
export function copyWindow(
  source: Float32Array | Uint8Array,
  window: Window,
  symmetry: Symmetry,
  table: Float32Array | null,
  out: Float32Array,
  outStart: number,
): void {
  const { pitch, width, height } = window;
  const mirrorX = (symmetry & 1) !== 0;
  const mirrorY = (symmetry & 2) !== 0;
  const corner = window.start + (mirrorX ? width - 1 : 0) + (mirrorY ? (height - 1) * pitch : 0);
  const alongX = mirrorX ? -1 : 1;
  const alongY = mirrorY ? -pitch : pitch;
  const swap = (symmetry & 4) !== 0;
  const [columnStep, rowStep] = swap ? [alongY, alongX] : [alongX, alongY];
  const [columns, rows] = swap ? [height, width] : [width, height];
  for (let row = 0; row < rows; row++) {
    const from = corner + row * rowStep;
    const to = outStart + row * columns;
    if (table) lookUp(source, from, columnStep, table, out, to, columns);
    else copy(source, from, columnStep, out, to, columns);
  }
}

// Two small functions, so that each loop sees few array types and no test per pixel.
type Source = Float32Array | Uint8Array;

function copy(source: Source, from: number, step: number, out: Float32Array, to: number, count: number): void {
  for (let index = 0; index < count; index++) out[to + index] = source[from + index * step]!;
}

function lookUp(
  source: Source,
  from: number,
  step: number,
  table: Float32Array,
  out: Float32Array,
  to: number,
  count: number,
): void {
  for (let index = 0; index < count; index++) out[to + index] = table[source[from + index * step]!]!;
}
