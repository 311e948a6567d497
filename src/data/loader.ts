import { ArgumentError } from "../core/errors.ts";
import { Generator } from "../core/generator.ts";
import type { Dataset, Symmetry, TargetData } from "./dataset.ts";

/**
 * "flip": left and right are mirrored for half of the samples. "dihedral": one of the eight flips and rotations. "crop": a
 * random part of 8 to 100 % of the area, resized, mirrored for half of the samples.
 */
export type Augmentation = "none" | "flip" | "dihedral" | "crop";

export interface LoaderOptions {
  /** Samples per batch. */
  batchSize: number;
  /** A new order in every epoch. Default true. */
  shuffle?: boolean;
  /** Default 0. */
  seed?: number;
  /** Leave out the last batch of an epoch when it is not full. Default false. */
  dropLast?: boolean;
  /** Default "none". */
  augment?: Augmentation;
}

export interface Batch<Target extends TargetData = TargetData> {
  readonly input: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly target: { readonly data: Target; readonly shape: readonly number[] };
}

/**
 * Batches of a data set. Batch `index` of an epoch depends on seed, epoch and index alone, so training can go on from any
 * place with the batches that it would have had.
 *
 * @example
 * import { ClassificationDataset, DataLoader } from "convsmith/data";
 * const labels = Int32Array.of(0, 1, 0);
 * const set = new ClassificationDataset({ shape: [1, 2, 2], pixels: new Uint8Array(12), labels, classes: ["a", "b"] });
 * const loader = new DataLoader(set, { batchSize: 2, seed: 7 });
 * for (const { input, target } of loader.epoch(0)) console.log(input.shape, target.shape);
 * // [ 2, 1, 2, 2 ] [ 2 ] and [ 1, 1, 2, 2 ] [ 1 ]
 *
 * @throws ArgumentError for a batch size that is no positive integer, an empty data set, a data set without one full
 * batch under dropLast, rotations of pictures that are not square, or crops of a data set that has none.
 */
export class DataLoader<Target extends TargetData> {
  readonly dataset: Dataset<Target>;
  readonly batchSize: number;
  /** Batches in an epoch. */
  readonly length: number;
  readonly #seed: number;
  readonly #shuffle: boolean;
  readonly #augment: Augmentation;
  #order: { epoch: number; indices: Uint32Array } | null = null;

  constructor(dataset: Dataset<Target>, options: LoaderOptions) {
    const { batchSize, shuffle = true, seed = 0, dropLast = false, augment = "none" } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ArgumentError(`DataLoader: the batch size must be a positive integer, got ${batchSize}`);
    }
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ArgumentError(`DataLoader: the seed must be an integer in 0..2^53 - 1, got ${seed}`);
    }
    if (dataset.length === 0) throw new ArgumentError("DataLoader: the data set holds no sample");
    this.length = dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
    if (this.length === 0) {
      const facts = `${dataset.length} samples make no full batch of ${batchSize}`;
      throw new ArgumentError(`DataLoader: ${facts}; use a smaller batch size or dropLast: false`);
    }
    const [height, width] = dataset.inputShape.slice(-2);
    if (augment === "dihedral" && height !== width) {
      const shape = `[${dataset.inputShape.join(", ")}]`;
      throw new ArgumentError(`DataLoader: rotations need square pictures, got ${shape}; use augment: "flip"`);
    }
    if (augment === "crop" && !dataset.writeCrop) {
      throw new ArgumentError(
        'DataLoader: this data set keeps no more than its inputs to crop from; use augment: "flip", or loadImageFolder with resize',
      );
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.#seed = seed;
    this.#shuffle = shuffle;
    this.#augment = augment;
  }

  /** The batches of epoch `epoch` (from 0), from batch `first` on. */
  *epoch(epoch: number, first = 0): IterableIterator<Batch<Target>> {
    for (let index = first; index < this.length; index++) yield this.batch(epoch, index);
  }

  /** Batch `index` of epoch `epoch`, in arrays of its own. @throws ArgumentError for a batch that the epoch does not have. */
  batch(epoch: number, index: number): Batch<Target> {
    if (!Number.isInteger(epoch) || epoch < 0 || !Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new ArgumentError(
        `DataLoader: an epoch has batches 0..${this.length - 1}, got batch ${index} of epoch ${epoch}`,
      );
    }
    const { dataset, batchSize } = this;
    const order = this.#shuffle ? this.#permutation(epoch) : null;
    const start = index * batchSize;
    const count = Math.min(batchSize, dataset.length - start);
    const inputShape = [count, ...dataset.inputShape];
    const targetShape = [count, ...dataset.targetShape];
    const input = new Float32Array(elements(inputShape));
    const target = dataset.createTarget(elements(targetShape));
    for (let slot = 0; slot < count; slot++) {
      const position = start + slot;
      const sample = order ? order[position]! : position;
      if (this.#augment === "crop")
        dataset.writeCrop!(sample, this.#generator(epoch, 0x80000000 + wordsOfCrop * position), slot, input, target);
      else dataset.write(sample, this.#symmetry(epoch, position), slot, input, target);
    }
    return { input: { data: input, shape: inputShape }, target: { data: target, shape: targetShape } };
  }

  #permutation(epoch: number): Uint32Array {
    if (this.#order?.epoch !== epoch) {
      this.#order = { epoch, indices: this.#generator(epoch, 0).permutation(this.dataset.length) };
    }
    return this.#order.indices;
  }

  #symmetry(epoch: number, position: number): Symmetry {
    if (this.#augment === "none") return 0;
    // The upper half of an epoch's counters; the order is drawn from the lower.
    const word = this.#generator(epoch, 0x80000000 + position).next();
    return (word >>> (this.#augment === "flip" ? 31 : 29)) as Symmetry;
  }

  /** 2^32 counters an epoch, under a key of its own: other uses of the same seed draw other numbers. */
  #generator(epoch: number, counter: number): Generator {
    const high = (Math.floor(this.#seed / 0x100000000) ^ 0x1da7a) >>> 0;
    return new Generator(high * 0x100000000 + (this.#seed >>> 0), epoch * 0x100000000 + counter);
  }
}

/** More than a crop draws. */
const wordsOfCrop = 32;

const elements = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
