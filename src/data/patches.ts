import { ArgumentError } from "../core/errors.ts";
import type { Dataset, Symmetry } from "./dataset.ts";
import { imresize } from "./imresize.ts";
import { checkFactor, cropToMultiple, type Plane } from "./plane.ts";
import { copyWindow } from "./symmetry.ts";

export interface PatchOptions {
  /** How much larger the target is than the input. */
  scale: number;
  /** Side of an input patch in pixels of the reduced picture; the target's is `scale` times that. Default 17. */
  size?: number;
  /** Distance between two patches in pixels of the reduced picture. Default 13. */
  stride?: number;
}

interface Pair {
  readonly low: Float32Array;
  readonly lowWidth: number;
  readonly high: Float32Array;
}

/**
 * Patches for super-resolution from planes in [0, 1]. Each plane is cut to a multiple of `scale` and reduced whole by
 * bicubic imresize, so that no patch sees a border that is not the picture's. Inputs are [1, size, size], targets
 * [1, scale · size, scale · size]. Planes are kept whole in float32 and patches are cut when a batch is made: overlaps
 * cost no memory. Planes smaller than a patch are left out.
 *
 * @example
 * import { SuperResolutionPatches } from "convsmith/data";
 * const plane = { width: 48, height: 36, data: new Float64Array(48 * 36).fill(0.5) };
 * const patches = new SuperResolutionPatches([plane], { scale: 3, size: 8, stride: 4 });
 * console.log(patches.length, patches.inputShape, patches.targetShape); // 6 [ 1, 8, 8 ] [ 1, 24, 24 ]
 *
 * @throws ArgumentError for a size, stride or scale that is not a positive integer, or when no plane holds a patch.
 */
export class SuperResolutionPatches implements Dataset<Float32Array> {
  readonly length: number;
  readonly inputShape: readonly [1, number, number];
  readonly targetShape: readonly [1, number, number];
  readonly scale: number;
  readonly #pairs: Pair[] = [];
  /** Three numbers a patch: the plane, x and y in the reduced plane. */
  readonly #places: Uint32Array;

  constructor(planes: readonly Plane[], options: PatchOptions) {
    const { scale, size = 17, stride = 13 } = options;
    checkFactor("SuperResolutionPatches", scale);
    for (const [name, value] of Object.entries({ size, stride })) {
      if (Number.isInteger(value) && value > 0) continue;
      throw new ArgumentError(`SuperResolutionPatches: the ${name} must be a positive integer, got ${value}`);
    }
    const places: number[] = [];
    for (const plane of planes) {
      if (Math.min(plane.width, plane.height) < scale * size) continue;
      const high = cropToMultiple(plane, scale);
      const low = imresize(high, { width: high.width / scale, height: high.height / scale });
      for (let y = 0; y + size <= low.height; y += stride) {
        for (let x = 0; x + size <= low.width; x += stride) places.push(this.#pairs.length, x, y);
      }
      this.#pairs.push({ low: new Float32Array(low.data), lowWidth: low.width, high: new Float32Array(high.data) });
    }
    if (places.length === 0) {
      const needed = `${scale * size}x${scale * size}`;
      throw new ArgumentError(
        `SuperResolutionPatches: none of ${planes.length} pictures holds a patch of ${needed} pixels; use larger pictures or smaller patches`,
      );
    }
    this.#places = Uint32Array.from(places);
    this.length = places.length / 3;
    this.scale = scale;
    this.inputShape = [1, size, size];
    this.targetShape = [1, scale * size, scale * size];
  }

  createTarget(length: number): Float32Array {
    return new Float32Array(length);
  }

  write(index: number, symmetry: Symmetry, slot: number, input: Float32Array, target: Float32Array): void {
    const { low, lowWidth, high } = this.#pairs[this.#places[3 * index]!]!;
    const x = this.#places[3 * index + 1]!;
    const y = this.#places[3 * index + 2]!;
    const { scale } = this;
    const side = this.inputShape[1];
    const small = { start: y * lowWidth + x, pitch: lowWidth, width: side, height: side };
    copyWindow(low, small, symmetry, null, input, slot * side * side);
    const large = {
      start: scale * (y * scale * lowWidth + x),
      pitch: scale * lowWidth,
      width: scale * side,
      height: scale * side,
    };
    copyWindow(high, large, symmetry, null, target, slot * large.width * large.height);
  }
}
