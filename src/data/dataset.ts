import { ArgumentError } from "../core/errors.ts";
import { Generator } from "../core/generator.ts";

/** Targets: pictures (float32) or class labels (int32). */
export type TargetData = Float32Array | Int32Array;

/**
 * One of the eight symmetries of the square, as three bits: 1 mirrors left and right, 2 mirrors top and bottom, 4 swaps
 * the axes (the output is read along the input's columns). 0 changes nothing.
 */
export type Symmetry = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** A finite list of samples of one shape, that can write any of them into a batch. */
export interface Dataset<Target extends TargetData = TargetData> {
  /** The number of samples. */
  readonly length: number;
  /** Shape of one input, [C, H, W]. */
  readonly inputShape: readonly number[];
  /** Shape of one target; [] for a class label. */
  readonly targetShape: readonly number[];
  /** An array for the targets of one batch, all zero. */
  createTarget(length: number): Target;
  /** Writes sample `index`, turned by `symmetry`, as the `slot`-th sample of a batch. */
  write(index: number, symmetry: Symmetry, slot: number, input: Float32Array, target: Target): void;
  /** As write, but a random part of the sample, mirrored at random: of data sets that can. */
  readonly writeCrop?:
    | ((index: number, random: Generator, slot: number, input: Float32Array, target: Target) => void)
    | undefined;
}

/** Some samples of a data set, in the order of `indices`. @throws ArgumentError for an index that does not exist. */
export class Subset<Target extends TargetData> implements Dataset<Target> {
  readonly length: number;
  readonly inputShape: readonly number[];
  readonly targetShape: readonly number[];
  readonly writeCrop: Dataset<Target>["writeCrop"];
  readonly #dataset: Dataset<Target>;
  readonly #indices: Uint32Array;

  constructor(dataset: Dataset<Target>, indices: ArrayLike<number>) {
    this.#dataset = dataset;
    this.#indices = Uint32Array.from(indices);
    const wrong = Array.from(indices).find(
      (index) => !(Number.isInteger(index) && index >= 0 && index < dataset.length),
    );
    if (wrong !== undefined) throw new ArgumentError(`Subset: needs indices below ${dataset.length}, got ${wrong}`);
    this.length = indices.length;
    this.inputShape = dataset.inputShape;
    this.targetShape = dataset.targetShape;
    if (dataset.writeCrop) {
      this.writeCrop = (index, ...rest) => dataset.writeCrop!(this.#indices[index]!, ...rest);
    }
  }

  createTarget(length: number): Target {
    return this.#dataset.createTarget(length);
  }

  write(index: number, symmetry: Symmetry, slot: number, input: Float32Array, target: Target): void {
    this.#dataset.write(this.#indices[index]!, symmetry, slot, input, target);
  }
}

/**
 * Splits a data set at random: the first part holds `Math.round(fraction * length)` samples, the second the rest. The
 * same seed gives the same parts.
 *
 * @example
 * import { ClassificationDataset, randomSplit } from "convsmith/data";
 * const pixels = new Uint8Array(10 * 4);
 * const set = new ClassificationDataset({ shape: [1, 2, 2], pixels, labels: new Int32Array(10), classes: ["a"] });
 * const [training, validation] = randomSplit(set, 0.8, 0);
 * console.log(training.length, validation.length); // 8 2
 *
 * @throws ArgumentError when the fraction is outside 0..1.
 */
export function randomSplit<Target extends TargetData>(
  dataset: Dataset<Target>,
  fraction: number,
  seed: number,
): [Subset<Target>, Subset<Target>] {
  checkFraction("randomSplit", fraction);
  const order = new Generator(seed).permutation(dataset.length);
  const size = Math.round(fraction * dataset.length);
  // Sorted, so that a part is read in the order of the files.
  return [new Subset(dataset, order.slice(0, size).sort()), new Subset(dataset, order.slice(size).sort())];
}

/**
 * As randomSplit, but class by class: each keeps its share in both parts, and where it has two samples or more, one in each.
 *
 * @example
 * import { ClassificationDataset, stratifiedSplit } from "convsmith/data";
 * const labels = Int32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
 * const set = new ClassificationDataset({ shape: [1, 1, 1], pixels: new Uint8Array(10), labels, classes: ["a", "b"] });
 * const [training, validation] = stratifiedSplit(set, 0.8, 0);
 * console.log(training.length, validation.length); // 8 2
 *
 * @throws ArgumentError when the fraction is outside 0..1.
 */
export function stratifiedSplit<Target extends TargetData>(
  dataset: Dataset<Target> & { readonly labels: ArrayLike<number> },
  fraction: number,
  seed: number,
): [Subset<Target>, Subset<Target>] {
  checkFraction("stratifiedSplit", fraction);
  const generator = new Generator(seed);
  const parts: [number[], number[]] = [[], []];
  const labels = Array.from(dataset.labels);
  for (const label of [...new Set(labels)].sort((a, b) => a - b)) {
    const samples = labels.flatMap((each, index) => (each === label ? [index] : []));
    const order = generator.permutation(samples.length);
    const most = Math.max(1, samples.length - 1);
    const size = Math.min(most, Math.max(1, Math.round(fraction * samples.length)));
    for (const [at, index] of order.entries()) parts[at < size ? 0 : 1].push(samples[index]!);
  }
  const sorted = (part: number[]) =>
    new Subset(
      dataset,
      part.sort((a, b) => a - b),
    );
  return [sorted(parts[0]), sorted(parts[1])];
}

function checkFraction(name: string, fraction: number): void {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new ArgumentError(`${name}: the fraction must be in 0..1, got ${fraction}`);
  }
}
