import { expect, test } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { full } from "../elementwise/index.ts";
import { batchNorm2d, batchNorm2dTraining } from "./index.ts";

const shape = [2, 2, 3, 2];

checkOp(
  "batch-norm",
  [
    {
      name: "training",
      inputs: [shape, [2], [2]],
      build: (x, weight, bias) => batchNorm2dTraining(x, { weight, bias }).output,
    },
    { name: "training without weight", inputs: [shape], build: (x) => batchNorm2dTraining(x).output },
    {
      name: "evaluation",
      inputs: [shape, [2], { shape: [2], range: [0.5, 2] }, [2], [2]],
      build: (x, mean, variance, weight, bias) => batchNorm2d(x, mean, variance, { weight, bias, eps: 1e-3 }),
    },
  ],
  "batch_norm2d",
);

test("gives the mean and the unbiased variance of the batch", () => {
  const x = dataNode(new Float32Array([1, 2, 3, 6, 10, 10, 10, 14]), [1, 2, 2, 2]);
  const { mean, variance } = batchNorm2dTraining(x);
  const variances = valuesOf(variance);
  expect(valuesOf(mean)).toEqual([3, 11]);
  expect(variances[0]).toBeCloseTo(14 / 3, 6);
  expect(variances[1]).toBeCloseTo(4, 6);
});

test("errors name the rule and what it got", () => {
  const x = full([1, 3, 1, 1], 1);
  expect(() => batchNorm2dTraining(x)).toThrow("needs more than one value per channel when training");
  expect(() => batchNorm2d(full([1, 3], 1), full([3], 0), full([3], 1))).toThrow("batchNorm2d: needs [N, C, H, W]");
  expect(() => batchNorm2d(x, full([2], 0), full([3], 1))).toThrow("needs statistics, weight and bias of shape [3]");
  expect(() => batchNorm2d(x, full([3], 0), full([3], 1), { weight: full([3], 1) })).toThrow("together, or neither");
});
