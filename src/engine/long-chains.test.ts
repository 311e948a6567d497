import { afterAll, expect, test } from "vitest";
import { dataNode, type Node } from "../core/node.ts";
import { wasmDevice } from "../index.ts";
import * as ops from "../ops/index.ts";
import { computeOnReference } from "../testing/golden-run.ts";
import { EngineState } from "./state.ts";

const device = wasmDevice({ threads: 1 });
afterAll(() => device.pool.stop());

const x = dataNode(Float32Array.of(-2, -0.5, 0.25, 3), [1, 1, 2, 2]);
const weight = dataNode(Float32Array.of(1.5), [1, 1, 1, 1]);

test.each<[string, (x: Node) => Node]>([
  ["an elementwise op", (x) => x],
  ["a kernel's result", (x) => ops.conv2d(x, weight)],
])("thousands of elementwise ops behind %s give the same bits", async (_name, start) => {
  let node = start(x);
  for (let at = 0; at < 3000; at++) node = at % 2 ? ops.sub(ops.abs(node), ops.full([], 0.75)) : ops.neg(node);
  const [expected] = await computeOnReference([node]);
  const [actual] = await new EngineState(device).values([node]);
  expect(Array.from(actual!)).toEqual(Array.from(expected!));
});
