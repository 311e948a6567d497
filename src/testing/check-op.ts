import { describe, expect, test } from "vitest";
import { Generator } from "../core/generator.ts";
import { gradients } from "../core/gradient.ts";
import { topological } from "../core/graph.ts";
import { dataNode, type Node } from "../core/node.ts";
import type { NumericArray } from "../core/op.ts";
import { numel, type Shape } from "../core/shape.ts";
import { evaluate } from "../devices/reference/evaluate.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import { EngineState } from "../engine/state.ts";
import { add, full, mul, sum } from "../ops/index.ts";
import { references } from "../ops/references.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { goldenCases } from "./golden.ts";
import { checkGolden, compareNumbers, leafData } from "./golden-run.ts";
import { coefficientRoundings } from "./golden-spatial-ops.ts";
import { roundingErrors } from "./rounding.ts";
import { checkWindow } from "./window.ts";

/** Random numbers of a shape, from -1 to 1 or in `range`; whole numbers below `below`; or the numbers that are given. */
export type OpInput =
  | Shape
  | { readonly shape: Shape; readonly range?: readonly [number, number] }
  | { readonly shape: Shape; readonly below: number }
  | { readonly shape: Shape; readonly values: readonly number[] };

export interface OpCase {
  readonly name: string;
  readonly inputs: readonly OpInput[];
  readonly build: (...inputs: Node[]) => Node;
  /** 0: not differentiable, 1: the gradient, 2 (unless given): its gradient too. */
  readonly order?: 0 | 1 | 2;
  /**
   * Spatial inputs and outputs: the recorded interval must hold all that an output depends on. "tight", unless given: and
   * no more than that; "inside": it may hold more; "none": not spatial.
   */
  readonly window?: "tight" | "inside" | "none";
}

/**
 * The one check of an op: its golden file on the reference evaluator, and for each case the WASM device, the recorded shape, the gradient
 * against central differences in float64 (first and second order), and the receptive interval against gradients.
 */
export function checkOp(name: string, cases: readonly OpCase[], goldenFile?: string): void {
  describe(name, () => {
    if (goldenFile) {
      const golden = goldenCases(goldenFile);
      test(`${golden.length} golden cases`, async () => {
        for (const each of golden) await checkGolden(each);
      });
    }
    for (const each of cases) {
      const { order = 2, window = "tight" } = each;
      test(`${each.name}: WASM equals the reference`, () => checkDevice(each));
      test(`${each.name}: writes every element of its shape`, () => checkShape(each));
      if (order >= 1) test(`${each.name}: gradient`, () => checkGradient(each, 1));
      if (order >= 2) test(`${each.name}: second order`, () => checkGradient(each, 2));
      if (order >= 1 && window !== "none" && isSpatial(each)) {
        test(`${each.name}: receptive interval`, () => {
          const leaves = each.inputs.map((one, at) => opInput(one, at + 1));
          checkWindow(each.build(...leaves), leaves, window === "tight");
        });
      }
    }
  });
}

const wasm = new EngineState(createWasmDevice(wasmKernels, { threads: 1 }));

/** The output and its gradients, in one run of the WASM device. */
async function checkDevice({ inputs, build, order = 2 }: OpCase): Promise<void> {
  const leaves = inputs.map((one, at) => opInput(one, at + 1));
  const output = build(...leaves);
  const float = leaves.filter((leaf) => leaf.dtype === "float32");
  const grads = order === 0 ? [] : gradients(output, opInput(output.shape, 100), float, add);
  const roots = [output, ...grads.filter((grad) => grad !== null)];
  const expected = evaluate(roots, leafData, "float64");
  const errors = roundingErrors(roots, leafData, coefficientRoundings);
  for (const [at, actual] of (await wasm.values(roots)).entries()) {
    compareNumbers(at === 0 ? "output" : `gradient ${at - 1}`, actual, expected[at]!, errors[at]!);
  }
}

/** A leaf of the numbers that a case asks for: the same for the same seed. */
export function opInput(one: OpInput, seed: number): Node {
  const generator = new Generator(seed);
  const input = "shape" in one ? one : { shape: one };
  const count = numel(input.shape);
  if ("values" in input) return dataNode(Float32Array.from(input.values), input.shape);
  if ("below" in input) {
    return dataNode(
      Int32Array.from({ length: count }, () => generator.integer(input.below)),
      input.shape,
    );
  }
  const [low, high] = ("range" in input && input.range) || [-1, 1];
  return dataNode(
    Float32Array.from({ length: count }, () => low + (high - low) * generator.uniform()),
    input.shape,
  );
}

function isSpatial({ inputs, build }: OpCase): boolean {
  const leaves = inputs.map((one) => opInput(one, 1));
  return build(...leaves).shape.length === 4 && leaves.some(({ shape }) => shape.length === 4);
}

/** Runs each primitive of the body on an output of NaN: a shape that is too large leaves some, one too small loses some. */
function checkShape({ inputs, build }: OpCase): void {
  const root = build(...inputs.map((one, at) => opInput(one, at + 1)));
  const order = topological([root]);
  const values = evaluate(order, leafData, "float64");
  for (const [at, node] of order.entries()) {
    expect(values[at]!.length, `${node.op.name} [${node.shape}]`).toBe(numel(node.shape));
    if (node.op.kind !== "primitive" || node.dtype === "int32") continue;
    const output = new Proxy(new Float64Array(numel(node.shape)).fill(Number.NaN), inBounds);
    references.get(node.op)!(
      node.inputs.map((each) => values[order.findIndex((one) => one === each || one === each.lowered)]!),
      output,
      node.inputs,
      node,
      node.attributes,
    );
    expect([...output], node.op.name).toEqual([...values[at]!]);
  }
}

/** Typed arrays swallow writes past their end: these fail. */
const inBounds: ProxyHandler<Float64Array> = {
  get: (target, key) => {
    const value = Reflect.get(target, key, target);
    return typeof value === "function" ? value.bind(target) : value;
  },
  set: (target, key, value) => {
    if (!(key in target)) throw new Error(`writes element ${String(key)} of ${target.length}`);
    return Reflect.set(target, key, value, target);
  },
};

/** Compares the recorded gradient of a random weighting of the output (or, for order 2, of its gradients) with differences. */
function checkGradient({ inputs, build }: OpCase, order: 1 | 2): void {
  const leaves = inputs.map((one, at) => opInput(one, at + 1));
  const output = build(...leaves);
  const seed = opInput(output.shape, 100);
  const float = leaves.filter((leaf) => leaf.dtype === "float32");
  let scalar = sum(mul(output, seed));
  let targets = float;
  if (order === 2) {
    const firsts = gradients(scalar, full([], 1), float, add).filter((grad) => grad !== null);
    const weighted = firsts.map((grad, at) => sum(mul(grad, opInput(grad.shape, 200 + at))));
    targets = [...float, seed];
    scalar = weighted.reduce(add);
  }
  const numbers = new Map(targets.map((leaf) => [leaf, Float64Array.from(leafData(leaf))]));
  const compute = (root: Node): NumericArray =>
    evaluate([root], (node) => numbers.get(node) ?? leafData(node), "float64")[0]!;
  const grads = gradients(scalar, full([], 1), targets, add);
  for (const [which, leaf] of targets.entries()) {
    const values = numbers.get(leaf)!;
    const analytic = grads[which] ? compute(grads[which]) : new Float64Array(values.length);
    expect(grads[which]?.shape ?? leaf.shape, "the gradient's shape").toEqual(leaf.shape);
    for (let at = 0; at < values.length; at++) {
      const kept = values[at]!;
      const at1 = (step: number) => {
        values[at] = kept + step;
        return compute(scalar)[0]!;
      };
      // Richardson's extrapolation: two steps leave an error of the fourth order.
      const step = 1e-4 * Math.max(1, Math.abs(kept));
      const wide = (at1(2 * step) - at1(-2 * step)) / (4 * step);
      const narrow = (at1(step) - at1(-step)) / (2 * step);
      const difference = (4 * narrow - wide) / 3;
      values[at] = kept;
      const allowed = 1e-8 * Math.max(1, Math.abs(compute(scalar)[0]!), Math.abs(difference));
      if (!(Math.abs(analytic[at]! - difference) <= allowed)) {
        throw new Error(`input ${which} [${at}]: gradient ${analytic[at]}, by differences ${difference}`);
      }
    }
  }
}
