import { describe, expect, test } from "vitest";
import { gradients } from "../../core/gradient.ts";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { add, full } from "../elementwise/index.ts";
import { logSoftmax } from "../softmax/index.ts";
import * as o from "./index.ts";

const shape = [2, 2, 2, 3];
const classes = { shape: [2, 2], below: 3 } as const;

checkOp(
  "loss",
  [
    { name: "mseLoss", inputs: [shape, shape], build: (x, t) => o.mseLoss(x, t) },
    { name: "mseLoss of each", inputs: [shape, shape], build: (x, t) => o.mseLoss(x, t, { reduction: "none" }) },
    { name: "l1Loss", inputs: [shape, shape], build: (x, t) => o.l1Loss(x, t, { reduction: "sum" }) },
    { name: "smoothL1Loss", inputs: [shape, shape], build: (x, t) => o.smoothL1Loss(x, t, { beta: 0.4 }) },
    { name: "smoothL1Loss with beta 0", inputs: [shape, shape], build: (x, t) => o.smoothL1Loss(x, t, { beta: 0 }) },
    { name: "bceWithLogits", inputs: [shape, { shape, range: [0, 1] }], build: (x, t) => o.bceWithLogits(x, t) },
    { name: "crossEntropy", inputs: [[2, 3, 2], classes], build: (x, t) => o.crossEntropy(x, t) },
    {
      name: "crossEntropy, smoothed, of each",
      inputs: [[2, 3, 2], classes],
      build: (x, t) => o.crossEntropy(x, t, { labelSmoothing: 0.2, ignoreIndex: 1, reduction: "none" }),
    },
    {
      name: "crossEntropy of probabilities",
      inputs: [[3, 4], { shape: [3, 4], range: [0, 1] }],
      build: (x, t) => o.crossEntropy(x, t, { labelSmoothing: 0.1 }),
    },
    {
      name: "crossEntropy of one sample",
      inputs: [[4], { shape: [], below: 4 }],
      build: (x, t) => o.crossEntropy(x, t),
    },
    { name: "nllLoss", inputs: [[2, 3, 2], classes], build: (x, t) => o.nllLoss(x, t, { reduction: "sum" }) },
  ],
  "loss",
);

const logits = dataNode(new Float32Array([1, 2, 3, 1, 0, -1]), [2, 3]);
const labels = (...values: number[]) => dataNode(Int32Array.from(values), [values.length]);

describe("classes", () => {
  test("ignored samples count for nothing, not even in the mean", () => {
    const both = valuesOf(o.crossEntropy(logits, labels(2, -100)));
    const first = dataNode(new Float32Array([1, 2, 3]), [1, 3]);
    expect(both).toEqual(valuesOf(o.crossEntropy(first, labels(2))));
    const smoothed = { labelSmoothing: 0.3 };
    expect(valuesOf(o.crossEntropy(logits, labels(2, -100), smoothed))).toEqual(
      valuesOf(o.crossEntropy(first, labels(2), smoothed)),
    );
    expect(valuesOf(o.crossEntropy(logits, labels(2, 1), { ignoreIndex: 1, reduction: "none" }))[1]).toBe(-0);
  });

  test("one-hot probabilities give what classes give", () => {
    const oneHot = dataNode(new Float32Array([0, 0, 1, 1, 0, 0]), [2, 3]);
    expect(valuesOf(o.crossEntropy(logits, oneHot))[0]).toBeCloseTo(
      valuesOf(o.crossEntropy(logits, labels(2, 0)))[0]!,
      6,
    );
  });

  test("nllLoss of logSoftmax is crossEntropy", () => {
    expect(valuesOf(o.nllLoss(logSoftmax(logits, 1), labels(2, 0)))).toEqual(
      valuesOf(o.crossEntropy(logits, labels(2, 0))),
    );
  });

  test("a class that is not there is named", () => {
    expect(() => o.crossEntropy(logits, labels(2, 3))).toThrow("needs classes from 0 to 2, got 3 at element 1");
  });
});

test("bceWithLogits has the gradient σ(x) - t at 0 and far out", () => {
  const x = dataNode(new Float32Array([0, 200, -200]), [3]);
  const target = dataNode(new Float32Array([0, 1, 1]), [3]);
  const loss = o.bceWithLogits(x, target, { reduction: "none" });
  expect(valuesOf(loss)).toEqual([Math.fround(Math.log(2)), 0, 200]);
  expect(valuesOf(gradients(loss, full([3], 1), [x], add)[0]!)).toEqual([0.5, 0, -1]);
});

test("errors name the rule and what it got", () => {
  expect(() => o.mseLoss(logits, labels(1, 2))).toThrow(
    "mseLoss: needs input and target of the same shape, got input [2, 3], target [2]",
  );
  expect(() => o.crossEntropy(logits, labels(1, 2, 0))).toThrow("target int32 [3]");
  expect(() => o.crossEntropy(logits, labels(1, 2), { labelSmoothing: 2 })).toThrow("from 0 to 1, got 2");
  expect(() => o.l1Loss(logits, logits, { reduction: "average" as "mean" })).toThrow(
    'l1Loss: needs reduction "mean", "sum" or "none", got "average"',
  );
  expect(() => o.smoothL1Loss(logits, logits, { beta: -1 })).toThrow("needs a beta of at least 0, got -1");
});
