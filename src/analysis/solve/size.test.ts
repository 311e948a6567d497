import { expect, test } from "vitest";
import * as nn from "../../nn/index.ts";
import { summarize } from "../index.ts";
import { type SizeQuestion, solveSize } from "./size.ts";

const brief = (input: number, output: number, question: SizeQuestion = {}) =>
  solveSize(input, output, question)
    .slice(0, 3)
    .map(({ kernel, stride, padding }) => [kernel, stride, padding]);

test("the usual layers come first", () => {
  expect(brief(32, 28)[0]).toEqual([5, 1, 0]);
  expect(brief(224, 112)).toEqual([
    [2, 2, 0],
    [3, 2, 1],
    [5, 2, 2],
  ]);
  expect(brief(224, 112, { kernel: 7 })[0]).toEqual([7, 2, 3]);
  expect(brief(28, 28, { kernel: 3 })[0]).toEqual([3, 1, 1]);
  expect(brief(7, 1)[0]).toEqual([7, 1, 0]);
  expect(brief(224, 14)[0]).toEqual([16, 16, 0]);
  expect(brief(112, 56, { kind: "pool" }).slice(0, 2)).toEqual([
    [2, 2, 0],
    [3, 2, 1],
  ]);
  expect(brief(16, 32, { kind: "transposed" }).slice(0, 2)).toEqual([
    [2, 2, 0],
    [4, 2, 1],
  ]);
  expect(solveSize(16, 32, { kind: "transposed", kernel: 3, stride: 2, padding: 1 })).toMatchObject([
    { outputPadding: 1, uneven: true },
  ]);
  expect(brief(227, 55, { kernel: 11 })[0]).toEqual([11, 4, 0]);
});

const questions: readonly SizeQuestion[] = [{}, { kind: "pool" }, { kind: "ceil pool" }, { kind: "transposed" }];

function layerOf(
  { kind = "conv" }: SizeQuestion,
  { kernel, ...numbers }: ReturnType<typeof solveSize>[number],
): nn.Layer {
  const { stride, padding, dilation, outputPadding } = numbers;
  if (kind === "conv") return new nn.Conv2d(1, 1, kernel, { stride, padding, dilation });
  if (kind === "transposed") return new nn.ConvTranspose2d(1, 1, kernel, { stride, padding, dilation, outputPadding });
  return new nn.MaxPool2d(kernel, { stride, padding, dilation, ceilMode: kind === "ceil pool" });
}

test.each(questions)("every answer, made as a layer, gives the size and the MACs: %o", (question) => {
  for (const [input, output] of [
    [12, 6],
    [9, 4],
    [13, 13],
    [5, 2],
    [4, 7],
  ] as const) {
    if (output > input && question.kind?.endsWith("pool")) continue;
    for (const answer of solveSize(input, output, question).slice(0, 20)) {
      const { layers, totals } = summarize(layerOf(question, answer), [1, 1, input, input]);
      expect(layers[0]!.outputShape).toEqual([1, 1, output, output]);
      const macs = question.kind === "transposed" ? totals.effectiveMacs : totals.macs;
      if (!question.kind?.endsWith("pool")) expect(macs).toBe(answer.macs);
      expect(answer.macsPerOutput).toBeCloseTo(answer.macs / output ** 2, 9);
    }
  }
});

test("no plain window is missing: all are compared with what is found one by one", () => {
  let compared = 0;
  for (let input = 4; input <= 9; input++) {
    const found = new Map<number, Set<string>>();
    for (let kernel = 1; kernel <= 5; kernel++)
      for (let dilation = 1; dilation <= (kernel === 1 ? 1 : 2); dilation++) {
        const extent = dilation * (kernel - 1) + 1;
        for (let stride = 1; stride <= extent; stride++)
          for (let padding = 0; padding < extent; padding++) {
            if (input + 2 * padding < extent) continue;
            const output = Math.floor((input - extent + 2 * padding) / stride) + 1;
            // One window alone may have any stride.
            if (output < 2) continue;
            found.set(output, (found.get(output) ?? new Set()).add([kernel, stride, dilation].join()));
          }
      }
    for (const [output, windows] of found) {
      const answers = new Set(solveSize(input, output).map((each) => [each.kernel, each.stride, each.dilation].join()));
      for (const window of windows)
        expect(`${input}→${output}: ${answers.has(window) && window}`).toBe(`${input}→${output}: ${window}`);
      compared += windows.size;
    }
  }
  expect(compared).toBeGreaterThan(200);
});

test("pixels that are left out are counted, and rank behind", () => {
  const [first] = solveSize(9, 5, { kernel: 1, stride: 2, padding: 0 });
  // Rows 0, 2, 4, 6 and 8 of 9.
  expect(first).toMatchObject({ missed: 81 - 25, dropped: 0 });
  expect(solveSize(10, 4, { kernel: 3, padding: 0, dilation: 1 })[0]).toMatchObject({
    stride: 2,
    dropped: 1,
    missed: 100 - 81,
  });
  expect(solveSize(32, 16)[0]!.missed).toBe(0);
  const all = solveSize(32, 16).map(({ missed }) => missed > 0);
  expect(all).toEqual([...all].sort());
  const [holes] = solveSize(4, 7, { kind: "transposed", kernel: 1, stride: 2 });
  expect(holes).toMatchObject({ missed: 49 - 16 });
});

test("one window for both axes", () => {
  const [first] = solveSize([224, 320], [112, 160], { kernel: 3 });
  expect(first).toMatchObject({ kernel: 3, stride: 2, padding: 1, macs: 9 * 112 * 160 });
  expect(() => solveSize([30, 40], [10, 8])).toThrow(
    "no convolution turns 30×40 into 10×8. Ask for each axis by itself",
  );
});

test.each([
  {
    call: () => solveSize(32, 20, { kernel: 3, stride: 2, dilation: 1 }),
    says: "no convolution with kernel 3, stride 2, dilation 1 turns 32 into 20. The nearest is 17 (kernel 3, stride 2, padding 2)",
  },
  {
    call: () => solveSize(32, 16, { kernel: 2, stride: 3 }),
    says: "turns 32 into 16. The nearest is 12 (kernel 2, stride 3, padding 2, dilation 2)",
  },
  {
    call: () => solveSize(5, 9, { kind: "pool" }),
    says: "no pooling turns 5 into 9. The nearest is 6 (kernel 2, stride 1, padding 1)",
  },
  { call: () => solveSize(3, 5, { kernel: 9, padding: 0 }), says: "The window is larger than the padded input 3" },
  {
    call: () => solveSize(0, 5),
    says: "needs input height to be a whole number from 1, got input height 0. The nearest is 1",
  },
  { call: () => solveSize(5, 2.2), says: "got output height 2.2. The nearest is 2" },
  { call: () => solveSize(8, 4, { stride: -2 }), says: "got stride -2. The nearest is 1" },
  { call: () => solveSize(100_000, 4), says: "needs sizes of at most 65536, got size 100000. The nearest is 65536" },
])("refused: $says", ({ call, says }) => {
  expect(call).toThrow(says);
});
