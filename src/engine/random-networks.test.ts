import { expect, test } from "vitest";
import { gradients } from "../core/gradient.ts";
import type { Node } from "../core/node.ts";
import { wasmDevice } from "../index.ts";
import * as ops from "../ops/index.ts";
import { computeOnReference } from "../testing/golden-run.ts";
import { randomNetwork } from "../testing/random-network.ts";
import { EngineState } from "./state.ts";

const device = wasmDevice({ threads: 2 });
const first = Number(process.env.CONVSMITH_FUZZ_SEED ?? 0);
const count = Number(process.env.CONVSMITH_FUZZ_COUNT ?? 60);

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The largest difference, of the largest number: at least of 2 % of `overall`, since some gradients are zero but for rounding. */
function worst(actual: ArrayLike<number>, expected: ArrayLike<number>, overall: number): number {
  const scale = Math.max(largest(expected), overall / 50);
  return largest(Array.from(expected, (value, at) => actual[at]! - value)) / Math.max(scale, 1e-6);
}

test.each(Array.from({ length: count }, (_, at) => first + at))(
  "network %i: the planned run equals the reference, gradients too",
  async (seed) => {
    const network = randomNetwork(seed);
    const grads = gradients(network.loss, ops.full([], 1), network.leaves, ops.add);
    const wanted: Node[] = [network.loss, ...network.outputs, ...grads.filter((node) => node !== null)];
    const expected = await computeOnReference(wanted);
    const overall = Math.max(...expected.slice(1 + network.outputs.length).map(largest));
    const actual = await new EngineState(device).values(wanted);
    for (const [at, values] of actual.entries()) {
      expect(
        worst(values, expected[at]!, at > network.outputs.length ? overall : 0),
        `${network.text}, result ${at} of ${wanted.length}`,
      ).toBeLessThan(2e-4);
    }
  },
);
