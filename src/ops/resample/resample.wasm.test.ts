import fc from "fast-check";
import { expect, it } from "vitest";
import type { KernelCall, Layout } from "../../core/kernel.ts";
import { dataNode, type Node, record } from "../../core/node.ts";
import type { Shape } from "../../core/shape.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import { channelsLastLayout, contiguousLayout, load, prepare, store, testTarget } from "../../testing/run-kernel.ts";
import { errorInUnits, randomValues } from "../../testing/spatial.ts";
import { type AxisMap, axisTable } from "./axis-map.ts";
import { phasesOf } from "./phases.wasm.ts";
import { resample2d, resample2dOp } from "./resample.ts";
import { resample2dKernel } from "./resample.wasm.ts";

function check(node: Node): void {
  const [x] = node.inputs as [Node];
  const channelsLast = (shape: Shape) => channelsLastLayout(shape, { top: 1, left: 2, bottom: 0, right: 1 });
  const [wish] = resample2dKernel.wishes([x], node, node.attributes).inputs;
  const layouts = wish!.order === "any" ? [contiguousLayout, channelsLast] : [contiguousLayout];
  const expected = Float32Array.from(valuesOf(node));
  for (const input of layouts)
    for (const output of layouts) checkLayouts(node, expected, input(x.shape), output(node.shape));
}

function checkLayouts(node: Node, expected: Float32Array, inputLayout: Layout, outputLayout: Layout): void {
  const [x] = node.inputs as [Node];
  const { data } = x.source as { data: Float32Array };
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

it("enlarges by whole numbers in phases, whatever is left of a row", () => {
  for (const mode of ["nearest", "bilinear", "bicubic"]) {
    for (const scale of [1, 2, 3, 4]) {
      for (const width of [1, 2, 3, 5, 8, 13]) {
        const map = (from: number): AxisMap => [mode, from, from * scale, scale, false];
        expect(phasesOf(axisTable(map(width)))?.windows.length).toBe(scale);
        const shape = [1, 4, 3, width];
        check(resample2d(dataNode(randomValues(shape, 3), shape), map(3), map(width)));
      }
    }
  }
  expect(phasesOf(axisTable(["bilinear", 8, 12, 1.5, false]))).toBeNull();
  const aligned: AxisMap = ["bicubic", 9, 18, 0, true];
  expect(phasesOf(axisTable(aligned))?.windows.length).toBe(2);
  check(resample2d(dataNode(randomValues([1, 1, 9, 9], 3), [1, 1, 9, 9]), aligned, aligned));
  expect(phasesOf(axisTable(["flip", 8, 8]))).toBeNull();
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
