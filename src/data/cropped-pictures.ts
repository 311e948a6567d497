import type { Generator } from "../core/generator.ts";
import { codeTables, type LabelledDataset, type NormalizeOptions } from "./classification.ts";
import type { Symmetry } from "./dataset.ts";
import { type FittedPicture, halfToEven } from "./fitted-picture.ts";
import { randomCrop } from "./random-crop.ts";
import { resizeCodes } from "./resize-codes.ts";
import { copyWindow } from "./symmetry.ts";

export interface CroppedPicturesData {
  /** Shape of one input, [C, H, W]: no larger than any of the pictures. */
  readonly shape: readonly [number, number, number];
  /** With `shape`'s channels, each of its own size. */
  readonly pictures: readonly FittedPicture[];
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/**
 * Pictures of different sizes with a class each. An input is the middle of a picture, or with `augment: "crop"` a random part
 * of it at the input's size; both as (code / 255 - mean) / std.
 */
export class CroppedPictures implements LabelledDataset {
  readonly length: number;
  readonly inputShape: readonly [number, number, number];
  readonly targetShape: readonly number[] = [];
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  readonly #pictures: readonly FittedPicture[];
  readonly #tables: readonly Float32Array[];

  constructor({ shape, pictures, labels, classes }: CroppedPicturesData, normalize: NormalizeOptions = {}) {
    this.length = pictures.length;
    this.inputShape = shape;
    this.classes = classes;
    this.labels = labels;
    this.#pictures = pictures;
    this.#tables = codeTables(shape[0], normalize);
  }

  createTarget(length: number): Int32Array {
    return new Int32Array(length);
  }

  write(index: number, symmetry: Symmetry, slot: number, input: Float32Array, target: Int32Array): void {
    const picture = this.#pictures[index]!;
    const [channels, height, width] = this.inputShape;
    const top = halfToEven(picture.height - height);
    const corner = top * picture.width + halfToEven(picture.width - width);
    for (let channel = 0; channel < channels; channel++) {
      const start = channel * picture.height * picture.width + corner;
      const window = { start, pitch: picture.width, width, height };
      const to = (slot * channels + channel) * height * width;
      copyWindow(picture.codes, window, symmetry, this.#tables[channel]!, input, to);
    }
    target[slot] = this.labels[index]!;
  }

  writeCrop(index: number, random: Generator, slot: number, input: Float32Array, target: Int32Array): void {
    const picture = this.#pictures[index]!;
    const [channels, height, width] = this.inputShape;
    const box = randomCrop(picture.height, picture.width, random);
    const mirror = (random.next() >>> 31) as Symmetry;
    const corner = box.top * picture.width + box.left;
    for (let channel = 0; channel < channels; channel++) {
      const start = channel * picture.height * picture.width + corner;
      const window = { start, pitch: picture.width, width: box.width, height: box.height };
      const codes = resizeCodes(picture.codes, window, width, height);
      const to = (slot * channels + channel) * height * width;
      copyWindow(codes, { start: 0, pitch: width, width, height }, mirror, this.#tables[channel]!, input, to);
    }
    target[slot] = this.labels[index]!;
  }
}
