import { describe, expect, test } from "vitest";
import { gradients } from "../../core/gradient.ts";
import { dataNode, type Node } from "../../core/node.ts";
import { createWasmDevice } from "../../devices/wasm/create.ts";
import { EngineState } from "../../engine/state.ts";
import { add, constant, div, mul, sqrt, sub } from "../elementwise/index.ts";
import { wasmKernels } from "../wasm.ts";
import { adamUpdate, blend, blendSquare } from "./index.ts";

const vector = (...values: number[]) => dataNode(Float32Array.from(values), [values.length]);
const scalar = (value: number) => dataNode(Float32Array.of(value), []);
const [old, now, square] = [vector(0.5, -1, 2, 0), vector(0.1, 3, -0.7, 0), vector(0.4, 0.02, 1e-9, 0)];

describe("the bits of arithmetic, operation by operation", () => {
  const engine = new EngineState(createWasmDevice(wasmKernels, { threads: 1 }));
  const same = async (...pair: [Node, Node]) => {
    const [one, other] = await engine.values(pair);
    expect(one).toEqual(other);
  };

  test("blend", async () => {
    await same(blend(old, now, 0.9), add(mul(old, constant(0.9)), mul(now, constant(1 - 0.9))));
    await same(blend(old, now, 0.9, 0.2), add(mul(old, constant(0.9)), mul(now, constant(0.2))));
  });

  test("blendSquare", async () => {
    await same(blendSquare(old, now, 0.999), add(mul(old, constant(0.999)), mul(mul(now, constant(1 - 0.999)), now)));
  });

  test("adamUpdate", async () => {
    const [rate, correction] = [scalar(0.01), scalar(0.3)];
    const deviation = add(div(sqrt(square), correction), constant(1e-8));
    await same(adamUpdate(old, now, square, rate, correction, 1e-8), sub(old, div(mul(now, rate), deviation)));
  });
});

test("no gradient flows", () => {
  expect(() => gradients(blend(old, now, 0.9), constant(1), [old], add)).toThrow("blend: has no gradient");
});
