import { expect, test } from "vitest";
import { Generator } from "../core/generator.ts";
import { dataNode } from "../core/node.ts";
import { wasmDevice } from "../index.ts";
import { conv2d } from "../ops/convolution/conv2d.ts";
import * as ops from "../ops/index.ts";
import { expectClose } from "../testing/close.ts";
import { random } from "../testing/convolution-kernels.ts";
import { computeOnReference } from "../testing/golden-run.ts";
import { EngineState } from "./state.ts";

test("kernels store what is put together where it belongs, also a part that is put there twice", async () => {
  const generator = new Generator(4);
  const leaf = (...shape: number[]) => dataNode(random(generator, shape), shape);
  const x = leaf(1, 6, 9, 9);
  const one = ops.relu(conv2d(x, leaf(8, 6, 1, 1), leaf(8)));
  const three = ops.relu(conv2d(x, leaf(5, 6, 3, 3), leaf(5), { padding: 1 }));
  const both = ops.cat([one, three, one], 1);
  const output = conv2d(both, leaf(4, 21, 3, 3), null, { padding: 1 });
  const device = wasmDevice({ threads: 1 });
  const labels: string[] = [];
  device.timer = { now: () => 0, done: ({ plan }) => labels.push(...plan.steps.map(({ work }) => work.label)) };
  const [actual] = await new EngineState(device).values([output]);
  const [expected] = await computeOnReference([output]);
  expectClose(actual!, expected!, { terms: 21 * 9 });
  // Only the second copy of `one` is moved.
  expect(labels.filter((label) => label === "cat")).toHaveLength(1);
  expect(labels.filter((label) => /^conv2d .* cat$/.test(label)).length).toBeGreaterThanOrEqual(2);
});
