import fc from "fast-check";
import { expect, it } from "vitest";
import type { KernelCall, Layout } from "../../core/kernel.ts";
import { dataNode, type Node, record } from "../../core/node.ts";
import { numel, type Shape } from "../../core/shape.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { channelsLastLayout, contiguousLayout, load, prepare, store, testTarget } from "../../testing/run-kernel.ts";
import { randomValues } from "../../testing/spatial.ts";
import { maxPool2d, maxPool2dGatherOp, maxPool2dGradientOp, maxPool2dIndex } from "./max-pool.ts";
import { maxPool2dKernels } from "./max-pool.wasm.ts";

const border = { top: 1, left: 2, bottom: 0, right: 1 };
const layoutOf = (shape: Shape, channelsLast: boolean): Layout =>
  channelsLast ? channelsLastLayout(shape, border) : contiguousLayout(shape);

/** Few different values, so that there are equal ones, and a NaN. */
function values(shape: Shape, seed: number): Float32Array {
  const result = randomValues(shape, seed).map((value) => Math.round(value * 6));
  if (result.length > 5) result[5] = Number.NaN;
  return result;
}

interface Case {
  readonly shape: [number, number, number, number];
  readonly kernel: [number, number];
  readonly stride: [number, number];
  readonly pads: boolean;
  readonly dilation: number;
  readonly ceilMode: boolean;
  /** Channels-last: full-size tensors, pooled tensors. */
  readonly fullLast: boolean;
  readonly pooledLast: boolean;
}

function check({ shape, kernel, stride, pads, dilation, ceilMode, fullLast, pooledLast }: Case): void {
  const x = dataNode(values(shape, 1), shape);
  const padding = pads ? ([kernel[0] >> 1, kernel[1] >> 1] as const) : 0;
  const options = { stride, padding, dilation, ceilMode };
  const pooled = maxPool2d(x, kernel, options);
  const grad = dataNode(randomValues(pooled.shape, 2), pooled.shape);
  const other = dataNode(randomValues(shape, 3), shape);
  const nodes = [
    pooled,
    maxPool2dIndex(x, kernel, options),
    record(maxPool2dGatherOp, [x, other], pooled.attributes),
    record(maxPool2dGradientOp, [x, grad], pooled.attributes),
  ];
  for (const [which, node] of nodes.entries()) {
    const inputs = node.inputs.map((each) => (each.source as { data: Float32Array }).data);
    const layout = (each: Node) =>
      layoutOf(each.shape, each.shape.join() === pooled.shape.join() ? pooledLast : fullLast);
    const inputLayouts = node.inputs.map(layout);
    const outputLayout = layout(node);
    const call: KernelCall = {
      inputs: node.inputs,
      output: node,
      attributes: node.attributes,
      inputLayouts,
      outputLayout,
      epilogue: null,
      target: testTarget(),
    };
    const buffers = inputs.map((data, at) => store(data, node.inputs[at]!.shape, inputLayouts[at]!));
    const prepared = prepare(maxPool2dKernels[which]!.plan(call), call, buffers);
    for (const order of ["forward", "backward"] as const) {
      prepared.run(order);
      const actual = load(prepared.output(), node.shape, outputLayout);
      const expected = valuesOf(node);
      const bits = node.dtype === "int32" ? new Int32Array(actual.buffer) : actual;
      for (let at = 0; at < numel(node.shape); at++) {
        if (Math.abs(bits[at]! - expected[at]!) < 1e-5) continue;
        expect(`${node.op.name} ${order} [${at}] ${bits[at]}`).toBe(`${node.op.name} ${order} [${at}] ${expected[at]}`);
      }
    }
  }
}

it("equals the reference on random shapes, in both layouts", () => {
  const size = (from: number, to: number) => fc.integer({ min: from, max: to });
  const cases = fc.record({
    shape: fc.tuple(size(1, 2), size(1, 41), size(5, 9), size(5, 9)),
    kernel: fc.tuple(size(1, 3), size(1, 3)),
    stride: fc.tuple(size(1, 4), size(1, 4)),
    pads: fc.boolean(),
    dilation: size(1, 2),
    ceilMode: fc.boolean(),
    fullLast: fc.boolean(),
    pooledLast: fc.boolean(),
  });
  fc.assert(fc.property(cases, check), { numRuns: 25, seed: 7 });
});

it("cuts large planes into bands that meet", () => {
  for (const fullLast of [true, false]) {
    check({
      shape: [1, 12, 61, 63],
      kernel: [2, 2],
      stride: [2, 2],
      pads: false,
      dilation: 1,
      ceilMode: false,
      fullLast,
      pooledLast: fullLast,
    });
  }
});

it("compiles once for all sizes", () => {
  const keys = [8, 12].map((size) => {
    const x = dataNode(new Float32Array(4 * size * size), [1, 4, size, size]);
    const y = maxPool2d(x, 2);
    const call = {
      inputs: [x],
      output: y,
      attributes: y.attributes,
      inputLayouts: [contiguousLayout(x.shape)],
      outputLayout: contiguousLayout(y.shape),
      epilogue: null,
      target: testTarget(),
    };
    return maxPool2dKernels[0]!.plan(call).steps[0]!.key;
  });
  expect(keys[0]).toBe(keys[1]);
});
