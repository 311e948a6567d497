import { describe, expect, it } from "vitest";
import { ArgumentError } from "../core/errors.ts";
import { ClassificationDataset } from "./classification.ts";
import { randomSplit, Subset } from "./dataset.ts";
import { type Augmentation, DataLoader } from "./loader.ts";

/** Sample i is [[i, 10 + i], [20 + i, 30 + i]] / 255 with the label i. */
function numbered(length: number) {
  const pixels = Uint8Array.from({ length: 4 * length }, (_, index) => 10 * (index % 4) + Math.floor(index / 4));
  const labels = Int32Array.from({ length }, (_, index) => index);
  return new ClassificationDataset({ shape: [1, 2, 2], pixels, labels, classes: Array.from(labels, String) });
}
const labelsOf = (loader: DataLoader<Int32Array>, epoch: number, first = 0) =>
  [...loader.epoch(epoch, first)].flatMap((batch) => [...batch.target.data]);

describe("DataLoader", () => {
  it("gives every sample once, in batches with shapes", () => {
    const loader = new DataLoader(numbered(10), { batchSize: 4, seed: 3 });
    const batches = [...loader.epoch(0)];
    expect(loader.length).toBe(3);
    expect(batches.map((batch) => [batch.input.shape, batch.target.shape])).toEqual([
      [[4, 1, 2, 2], [4]],
      [[4, 1, 2, 2], [4]],
      [[2, 1, 2, 2], [2]],
    ]);
    expect(labelsOf(loader, 0).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const { input, target } of batches) {
      target.data.forEach((label, slot) => {
        const codes = [...input.data.subarray(4 * slot, 4 * slot + 4)].map((value) => Math.round(255 * value));
        expect(codes).toEqual([label, 10 + label, 20 + label, 30 + label]);
      });
    }
  });

  it("keeps the order without shuffle, and drops the last batch when asked", () => {
    const options = { batchSize: 4, shuffle: false, dropLast: true };
    expect(labelsOf(new DataLoader(numbered(10), options), 5)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("has another order in every epoch and for every seed", () => {
    const orders = [0, 1, 2, 2 ** 40].flatMap((seed) => {
      const loader = new DataLoader(numbered(10), { batchSize: 10, seed });
      return [0, 1, 1000].map((epoch) => labelsOf(loader, epoch).join());
    });
    expect(new Set(orders).size).toBe(12);
  });

  it.each(["none", "flip", "dihedral"] as const)("goes on from any place with the same bits, augment %s", (augment) => {
    const options = { batchSize: 3, seed: 11, augment };
    const unbroken = new DataLoader(numbered(20), options);
    const all = [0, 1, 2].map((epoch) => [...unbroken.epoch(epoch)]);
    const resumed = new DataLoader(numbered(20), options);
    expect([...resumed.epoch(2, 4)]).toEqual(all[2]!.slice(4));
    expect(resumed.batch(0, 6)).toEqual(all[0]![6]);
    expect(resumed.batch(1, 0)).toEqual(all[1]![0]);
  });

  it("draws each symmetry about equally often", () => {
    const seen = (augment: Augmentation) => {
      const counts = new Map<string, number>();
      for (const { input } of new DataLoader(new Subset(numbered(1), new Uint8Array(800)), {
        batchSize: 1,
        augment,
      }).epoch(0)) {
        const key = [...input.data].map((value) => Math.round(255 * value)).join();
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return counts;
    };
    expect([...seen("none").keys()]).toEqual(["0,10,20,30"]);
    expect([...seen("flip").keys()].sort()).toEqual(["0,10,20,30", "10,0,30,20"]);
    const eight = seen("dihedral");
    expect(eight.size).toBe(8);
    for (const count of eight.values()) expect(count).toBeGreaterThan(60);
  });

  it("refuses impossible options", () => {
    expect(() => new DataLoader(numbered(3), { batchSize: 0 })).toThrow("batch size must be a positive integer, got 0");
    expect(() => new DataLoader(numbered(3), { batchSize: 4, dropLast: true })).toThrow(
      "3 samples make no full batch of 4",
    );
    expect(() => new DataLoader(numbered(0), { batchSize: 4 })).toThrow("holds no sample");
    expect(() => new DataLoader(numbered(3), { batchSize: 1, seed: -1 })).toThrow("seed");
    const wide = { shape: [1, 2, 3], pixels: new Uint8Array(6), labels: new Int32Array(1), classes: ["a"] } as const;
    const rotate = () => new DataLoader(new ClassificationDataset(wide), { batchSize: 1, augment: "dihedral" });
    expect(rotate).toThrow('rotations need square pictures, got [1, 2, 3]; use augment: "flip"');
    expect(() => new DataLoader(numbered(3), { batchSize: 2 }).batch(0, 2)).toThrow("batches 0..1, got batch 2");
  });
});

describe("ClassificationDataset", () => {
  it("normalises per channel", () => {
    const data = {
      shape: [2, 1, 1],
      pixels: Uint8Array.of(255, 51),
      labels: Int32Array.of(0),
      classes: ["a"],
    } as const;
    const set = new ClassificationDataset(data, { mean: [0.5, 0.1], std: [0.5, 0.2] });
    const input = new Float32Array(2);
    set.write(0, 0, 0, input, set.createTarget(1));
    expect([...input]).toEqual([expect.closeTo(1, 6), expect.closeTo(0.5, 6)]);
    expect(() => new ClassificationDataset(data, { mean: [0.5] })).toThrow("each of 2 channels");
    expect(() => new ClassificationDataset(data, { std: [1, 0] })).toThrow(ArgumentError);
  });
  it("refuses labels without a class and pixels that do not fit", () => {
    const data = {
      shape: [1, 1, 1],
      pixels: new Uint8Array(2),
      labels: Int32Array.of(0, 2),
      classes: ["a", "b"],
    } as const;
    expect(() => new ClassificationDataset(data)).toThrow("the label of picture 1 is 2");
    expect(() => new ClassificationDataset({ ...data, pixels: new Uint8Array(3) })).toThrow("pixels 3, labels 2");
  });
});

describe("randomSplit", () => {
  it("shares every sample out once, the same way for the same seed", () => {
    const split = (seed: number) =>
      randomSplit(numbered(10), 0.7, seed).map((part) =>
        labelsOf(new DataLoader(part, { batchSize: 10, shuffle: false }), 0),
      );
    const [first, second] = split(1);
    expect([first!.length, second!.length]).toEqual([7, 3]);
    expect([...first!, ...second!].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(split(1)).toEqual([first, second]);
    expect(split(2)).not.toEqual([first, second]);
  });
  it("refuses a fraction or an index that is outside", () => {
    expect(() => randomSplit(numbered(2), 1.1, 0)).toThrow("fraction must be in 0..1");
    expect(() => new Subset(numbered(2), [0, 2])).toThrow("indices below 2, got 2");
  });
});
