import { expect, it } from "vitest";
import { dataNode } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { permute, transpose } from "./permute.ts";

checkOp("permute", [
  { name: "all dimensions", inputs: [[2, 3, 2, 4]], build: (x) => permute(x, [2, 0, 3, 1]), window: "inside" },
  { name: "pixels kept", inputs: [[2, 3, 2, 4]], build: (x) => transpose(x, 0, 1) },
]);

it("reorders dimensions", () => {
  const data = Float32Array.from({ length: 6 }, (_, at) => at);
  const x = dataNode(data, [2, 3]);
  const turned = valuesOf(transpose(x, 0, 1));
  expect(turned).toEqual([0, 3, 1, 4, 2, 5]);
  expect(permute(dataNode(new Float32Array(24), [2, 3, 4]), [-1, 0, 1]).shape).toEqual([4, 2, 3]);
  expect(() => permute(x, [0, 0])).toThrow("permute: needs each dimension of the input once");
  expect(() => permute(x, [0, 2])).toThrow("permute: needs a dimension from -2 to 1, got dim 2");
});
