import { expect, test } from "vitest";
import { ops } from "./index.ts";
import { windows } from "./windows.ts";

const without = (...kinds: readonly string[]) =>
  ops.filter((op) => kinds.includes(op.kind) && !windows.has(op)).map(({ name }) => name);

test("every op with an image has its window, but those that depend on all of it", () => {
  expect(without("primitive", "movement", "placement")).toEqual([
    "conv2dWeightGradient",
    "matmul",
    "maxPool2dGradient",
    "uniform",
  ]);
});

test("every composition has its window, but those whose body keeps to an image's rows and columns", () => {
  expect(without("composition")).toEqual([
    ...["prelu", "batchNorm2d", "stack", "dropout", "linear"],
    ...["crossEntropy", "nllLoss", "bceWithLogits", "l1Loss", "mseLoss", "smoothL1Loss"],
    ...["mean", "std", "var", "logSoftmax", "softmax"],
  ]);
});

test("nothing has a window that is no op", () => {
  expect([...windows.keys()].filter((op) => !ops.includes(op)).map(({ name }) => name)).toEqual([]);
});
