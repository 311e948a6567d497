import fc from "fast-check";
import { expect, test } from "vitest";
import type { Layout } from "../../core/kernel.ts";
import { forEachIndex, position, testNumbers } from "../../testing/layouts.ts";
import { runSteps, testTargets } from "../../testing/run-steps.ts";
import { borderStep } from "./border.ts";

const small = fc.integer({ min: 1, max: 6 });
const edge = fc.nat(3);

test("the border is zeroed, the planes stay", () => {
  fc.assert(
    fc.property(fc.tuple(small, small, small, small), fc.tuple(edge, edge, edge, edge), (shape, border) => {
      const [n, c, h, w] = shape;
      const [top, left, bottom, right] = border;
      const [rows, columns] = [h + top + bottom, w + left + right];
      const layout: Layout = {
        strides: [rows * columns * c, 1, columns * c, c],
        offset: (top * columns + left) * c,
        size: n * rows * columns * c,
      };
      const buffer = testNumbers(layout.size, 1).map((value) => value + 20);
      const expected = new Float32Array(layout.size);
      forEachIndex(shape, (index) => {
        const at = position(layout, index);
        expected[at] = buffer[at]!;
      });
      runSteps(
        { steps: [borderStep({ label: "border", shape, layout, target: testTargets[0]! })] },
        { output: [buffer] },
      );
      expect(buffer).toEqual(expected);
    }),
    { seed: 5, numRuns: 80 },
  );
});
