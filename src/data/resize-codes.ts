import type { Window } from "./symmetry.ts";

/** Pillow's weights are whole numbers of 2⁻²². */
const one = 2 ** 22;

/**
 * A window of 8-bit codes, one channel, at another size: Pillow's bilinear filter with its rounding, so that pictures reach a
 * network as they do through torchvision. Smaller sizes are antialiased.
 */
export function resizeCodes(source: Uint8Array, window: Window, width: number, height: number): Uint8Array {
  const { start, pitch } = window;
  if (width === window.width && height === window.height) {
    const copy = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      const from = start + y * pitch;
      copy.set(source.subarray(from, from + width), y * width);
    }
    return copy;
  }
  const across = weightsOf(window.width, width);
  const rows = new Uint8Array(width * window.height);
  for (let y = 0; y < window.height; y++) {
    for (let x = 0; x < width; x++) {
      const first = start + y * pitch + across.first[x]!;
      let sum = one / 2;
      for (let tap = 0; tap < across.count[x]!; tap++)
        sum += across.weights[x * across.taps + tap]! * source[first + tap]!;
      rows[y * width + x] = Math.floor(sum / one);
    }
  }
  const down = weightsOf(window.height, height);
  const out = new Uint8Array(width * height);
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(one / 2);
    for (let tap = 0; tap < down.count[y]!; tap++) {
      const weight = down.weights[y * down.taps + tap]!;
      const from = (down.first[y]! + tap) * width;
      for (let x = 0; x < width; x++) sums[x]! += weight * rows[from + x]!;
    }
    for (let x = 0; x < width; x++) out[y * width + x] = Math.floor(sums[x]! / one);
  }
  return out;
}

/** For each position of one axis: the first input position, how many there are, and their weights. */
function weightsOf(from: number, to: number) {
  const scale = from / to;
  const reach = Math.max(1, scale);
  const taps = 2 * Math.ceil(reach) + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let at = 0; at < to; at++) {
    const centre = (at + 0.5) * scale;
    const least = Math.max(0, Math.trunc(centre - reach + 0.5));
    const most = Math.min(from, Math.trunc(centre + reach + 0.5));
    first[at] = least;
    count[at] = most - least;
    let total = 0;
    for (let tap = 0; tap < most - least; tap++) {
      const weight = Math.max(0, 1 - Math.abs((tap + least - centre + 0.5) / reach));
      weights[at * taps + tap] = weight;
      total += weight;
    }
    for (let tap = at * taps; tap < (at + 1) * taps; tap++)
      weights[tap] = Math.floor(0.5 + (weights[tap]! / total) * one);
  }
  return { taps, first, count, weights };
}
