import fc from "fast-check";
import { expect, it } from "vitest";
import type { KernelCall } from "../../core/kernel.ts";
import { dataNode, type Node, record } from "../../core/node.ts";
import type { Shape } from "../../core/shape.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { channelsLastLayout, contiguousLayout, load, prepare, store, testTarget } from "../../testing/run-kernel.ts";
import { errorInUnits, randomValues } from "../../testing/spatial.ts";
import type { AxisMap } from "./axis-map.ts";
import { resample2d, resample2dOp } from "./resample.ts";
import { resample2dKernel } from "./resample.wasm.ts";

function check(node: Node): void {
  const [x] = node.inputs as [Node];
  const { data } = x.source as { data: Float32Array };
  const [wish] = resample2dKernel.wishes([x], node, node.attributes).inputs;
  const layoutOf = (shape: Shape) =>
    wish!.order === "channelsLast"
      ? channelsLastLayout(shape, { top: 1, left: 2, bottom: 0, right: 1 })
      : contiguousLayout(shape);
  const [inputLayout, outputLayout] = [layoutOf(x.shape), layoutOf(node.shape)];
  const call: KernelCall = {
    inputs: [x],
    output: node,
    attributes: node.attributes,
    inputLayouts: [inputLayout],
    outputLayout,
    epilogue: null,
    target: testTarget(),
  };
  const prepared = prepare(resample2dKernel.plan(call), call, [store(data, x.shape, inputLayout)]);
  const expected = Float32Array.from(valuesOf(node));
  for (const order of ["forward", "backward"] as const) {
    prepared.run(order);
    const written = prepared.output();
    expect(errorInUnits(load(written, node.shape, outputLayout), expected, 16)).toBeLessThan(1);
    // The border stays as it was: zero.
    const nonZero = (values: ArrayLike<number>) => Array.from(values).filter((value) => value !== 0).length;
    expect(nonZero(written)).toBe(nonZero(load(written, node.shape, outputLayout)));
  }
}

const size = fc.integer({ min: 1, max: 21 });
/** A map of any kind from `input` elements. */
const axisMap = fc
  .tuple(size, size, fc.integer({ min: 0, max: 6 }), fc.boolean())
  .map(([a, b, kind, flag]): AxisMap => {
    const maps: AxisMap[] = [
      ["identity", a, a],
      ["nearest", a, b, 0],
      ["bilinear", a, b, 0, flag],
      ["bicubic", a, b, 0, flag],
      ["adaptive", a, b],
      ["reflect", a, a + Math.min(b, a - 1), Math.min(b, a - 1)],
      ["pool", a, Math.ceil(a / 2), 2, 2, 0, flag ? "exclude" : "include"],
    ];
    return maps[kind]!;
  });

it("equals the reference on random maps and their transposes", () => {
  fc.assert(
    fc.property(axisMap, axisMap, fc.integer({ min: 1, max: 9 }), (mapH, mapW, channels) => {
      const shape = [2, channels, mapH[1], mapW[1]];
      const node = resample2d(dataNode(randomValues(shape, 3), shape), mapH, mapW);
      check(node);
      const grad = dataNode(randomValues(node.shape, 4), node.shape);
      check(record(resample2dOp, [grad], { ...node.attributes, transposed: true }));
    }),
    { numRuns: 40, seed: 3 },
  );
});

it("cuts large planes into bands and packs small ones into pieces", () => {
  for (const [images, channels, from, to] of [
    [1, 2, 90, 270],
    [1, 12, 40, 120],
    [300, 3, 7, 1],
    [9, 70, 7, 1],
  ] as const) {
    const shape = [images, channels, from, from];
    const map: AxisMap = to === 1 ? ["adaptive", from, to] : ["bicubic", from, to, 3, false];
    check(resample2d(dataNode(randomValues(shape, 3), shape), map, map));
  }
});
