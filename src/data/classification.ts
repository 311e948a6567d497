import { ArgumentError, ShapeError } from "../core/errors.ts";
import type { Dataset, Symmetry } from "./dataset.ts";
import { copyWindow } from "./symmetry.ts";

/** Pictures with the index of a class each. */
export interface LabelledDataset extends Dataset<Int32Array> {
  readonly inputShape: readonly [number, number, number];
  readonly classes: readonly string[];
  readonly labels: Int32Array;
}

export interface ClassificationData {
  /** Shape of one picture, [C, H, W]. */
  readonly shape: readonly [number, number, number];
  /** Codes 0..255, picture by picture, in the order of `shape`. */
  readonly pixels: Uint8Array;
  /** One class index per picture. */
  readonly labels: Int32Array;
  /** Names of the classes. */
  readonly classes: readonly string[];
}

export interface NormalizeOptions {
  /** Subtracted from the value in [0, 1], per channel. Default 0. */
  mean?: readonly number[];
  /** Divides what is left, per channel. Default 1. */
  std?: readonly number[];
}

/**
 * Pictures with a class each. Inputs are (code / 255 - mean) / std as [C, H, W], targets are class indices (int32).
 *
 * @example
 * import { ClassificationDataset } from "convsmith/data";
 * const pixels = Uint8Array.of(0, 255, 0, 255);
 * const set = new ClassificationDataset({ shape: [1, 1, 2], pixels, labels: Int32Array.of(0, 1), classes: ["a", "b"] });
 * console.log(set.length); // 2
 *
 * @throws ShapeError when the arrays do not fit the shape; ArgumentError for a label without a class or a wrong mean or std.
 */
export class ClassificationDataset implements LabelledDataset {
  readonly length: number;
  readonly inputShape: readonly [number, number, number];
  readonly targetShape: readonly number[] = [];
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  readonly #pixels: Uint8Array;
  readonly #tables: Float32Array[];

  constructor(data: ClassificationData, normalize: NormalizeOptions = {}) {
    const { shape, pixels, labels, classes } = data;
    const [channels, height, width] = shape;
    if (pixels.length !== labels.length * channels * height * width) {
      const got = { shape, pixels: pixels.length, labels: labels.length };
      throw new ShapeError("ClassificationDataset", "needs C · H · W pixels for each label", got);
    }
    const wrong = labels.findIndex((label) => label < 0 || label >= classes.length);
    if (wrong >= 0) {
      const rule = `has ${classes.length} classes, but the label of picture ${wrong} is ${labels[wrong]}`;
      throw new ArgumentError(`ClassificationDataset: ${rule}`);
    }
    this.length = labels.length;
    this.inputShape = shape;
    this.classes = classes;
    this.labels = labels;
    this.#pixels = pixels;
    this.#tables = codeTables(channels, normalize);
  }

  createTarget(length: number): Int32Array {
    return new Int32Array(length);
  }

  write(index: number, symmetry: Symmetry, slot: number, input: Float32Array, target: Int32Array): void {
    const [channels, height, width] = this.inputShape;
    const size = height * width;
    for (let channel = 0; channel < channels; channel++) {
      const window = { start: (index * channels + channel) * size, pitch: width, width, height };
      copyWindow(this.#pixels, window, symmetry, this.#tables[channel]!, input, (slot * channels + channel) * size);
    }
    target[slot] = this.labels[index]!;
  }
}

/** What each code becomes, per channel. */
export function codeTables(channels: number, normalize: NormalizeOptions): Float32Array[] {
  const { mean = new Array(channels).fill(0), std = new Array(channels).fill(1) } = normalize;
  if (mean.length !== channels || std.length !== channels || std.some((value) => !(value > 0))) {
    const got = `mean [${mean.join(", ")}] and std [${std.join(", ")}]`;
    throw new ArgumentError(
      `ClassificationDataset: needs a mean and a positive std for each of ${channels} channels, got ${got}`,
    );
  }
  return mean.map((value, channel) =>
    Float32Array.from({ length: 256 }, (_, code) => (code / 255 - value) / std[channel]!),
  );
}
