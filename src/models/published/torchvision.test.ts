import { describe, expect, test } from "vitest";
import { billions, expectPublished, missing, note, rowsOf, summaryOf } from "../../testing/published.ts";
import { models } from "../index.ts";

interface Row {
  readonly enum: string;
  readonly weights: string;
  readonly num_params: number;
  readonly gmacs_ops: number;
  readonly crop_size: number;
  readonly min_size: readonly [number, number] | null;
}

/** "ResNet50_Weights" → resnet50. */
function modelOf({ enum: from }: Row): string {
  const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
  return Object.keys(models).find((name) => plain(name) === plain(from.replace("_Weights", "")))!;
}

describe.skipIf(missing)(`torchvision's weights${note}`, () => {
  test.each(rowsOf<Row>("torchvision"))("$enum $weights: operations and parameters", (row) => {
    const { totals } = summaryOf(modelOf(row), "torchvision", row.crop_size);
    expectPublished("torchvision", row.enum, "gmacs_ops", row.gmacs_ops, billions(totals.macs, 3));
    expectPublished("torchvision", row.enum, "num_params", row.num_params, totals.parameters);
  });

  test.each(rowsOf<Row>("torchvision").filter(({ min_size }) => min_size))(
    "$enum takes its smallest input of $min_size",
    (row) => {
      const { layers } = summaryOf(modelOf(row), "torchvision", row.min_size![0]);
      expect(layers.every(({ outputShape }) => outputShape === null || Math.min(...outputShape) > 0)).toBe(true);
    },
  );

  test.each([
    ["vgg16", 15_470_264_320],
    ["alexnet", 714_188_480],
    ["resnet18", 1_814_073_344],
    ["resnet50", 4_089_184_256],
    ["resnet101", 7_801_405_440],
    ["resnet152", 11_513_626_624],
  ])("%s: all digits that its convention names", (name, macs) => {
    expect(summaryOf(name, "torchvision").totals.macs).toBe(macs);
  });
});
