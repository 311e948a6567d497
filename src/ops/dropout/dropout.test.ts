import { expect, test } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { dropout } from "./index.ts";

const mask = dataNode(
  Float32Array.from({ length: 24 }, (_, at) => (at % 5) / 5),
  [1, 2, 3, 4],
);

checkOp("dropout", [
  { name: "elements", inputs: [[1, 2, 3, 4]], build: (x) => dropout(x, mask, 0.3) },
  { name: "everything", inputs: [[1, 2, 3, 4]], build: (x) => dropout(x, mask, 1), window: "none" },
]);

test("keeps what is at least p and scales it", () => {
  const x = dataNode(new Float32Array([1, 2, 3, 4]), [4]);
  const uniform = dataNode(new Float32Array([0.2, 0.5, 0.7, 0.499]), [4]);
  expect(valuesOf(dropout(x, uniform, 0.5))).toEqual([0, 4, 6, 0]);
  expect(valuesOf(dropout(x, uniform, 0))).toEqual([1, 2, 3, 4]);
  expect(() => dropout(x, uniform, 1.5)).toThrow("dropout: needs a probability p from 0 to 1, got 1.5");
});
