import { deepEqual, equal, throws } from "node:assert/strict";
import { nn, zeros } from "convsmith";
import { convOutputSize, convTransposeOutputSize, poolOutputSize, samePadding } from "convsmith/analysis";
import type { Say } from "./topic.ts";

/** floor((W - F + 2P) / S) + 1, for convolution and pooling, and what a transposed convolution makes of it. */
export function outputSizes(say: Say): void {
  const figures = [
    { what: "5x5 on 32", formula: convOutputSize(32, 5), expected: 28 },
    { what: "5x5, padding 2", formula: convOutputSize(32, 5, { padding: 2 }), expected: 32 },
    { what: "7x7, stride 2, padding 3", formula: convOutputSize(224, 7, { stride: 2, padding: 3 }), expected: 112 },
    { what: "3x3, dilation 2", formula: convOutputSize(32, 3, { dilation: 2 }), expected: 28 },
    { what: "max pool 2x2", formula: poolOutputSize(28, 2), expected: 14 },
    {
      what: "transposed 3x3, stride 2",
      formula: convTransposeOutputSize(3, 3, { stride: 2, padding: 1 }),
      expected: 5,
    },
  ];
  for (const { what, formula, expected } of figures) {
    equal(formula.value, expected);
    say(`${what.padEnd(25)} ${formula.trace}`);
    if (formula.warning) say(`${"".padEnd(25)} ${formula.warning}`);
  }
  equal(samePadding(5).value, 2);
  say(`same size with 5x5        padding ${samePadding(5).trace}`);

  // The formula and the recorded layer agree.
  const stem = new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3 });
  deepEqual(stem.forward(zeros([1, 3, 224, 224])).shape, [1, 64, 112, 112]);
  throws(() => convOutputSize(3, 5), /needs an input at least as large as its kernel/);
}
