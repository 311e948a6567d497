import { describe, expect, test } from "vitest";
import { gradients } from "../../core/gradient.ts";
import { dataNode, inScope, type Node } from "../../core/node.ts";
import { checkOp } from "../../testing/check-op.ts";
import { valuesOf } from "../../testing/golden-run.ts";
import * as o from "./index.ts";

const shape = [2, 2, 3, 4];
const positive = { shape, range: [0.2, 2] } as const;
const column = [2, 3, 1];

checkOp(
  "binary",
  [
    { name: "add", inputs: [shape, column], build: o.add },
    { name: "sub", inputs: [column, shape], build: o.sub },
    { name: "mul", inputs: [shape, column], build: o.mul },
    { name: "div", inputs: [shape, { shape: column, range: [1, 2] }], build: o.div },
    { name: "pow", inputs: [positive, column], build: o.pow },
    { name: "maximum", inputs: [shape, column], build: o.maximum, window: "inside" },
    { name: "minimum", inputs: [shape, shape], build: o.minimum },
    { name: "where", inputs: [shape, column], build: (a, b) => o.where(o.gt(a, b), a, b), window: "inside" },
  ],
  "binary",
);

checkOp("unary", [
  { name: "neg", inputs: [shape], build: o.neg },
  { name: "abs", inputs: [shape], build: o.abs },
  { name: "exp", inputs: [shape], build: o.exp },
  { name: "log", inputs: [positive], build: o.log },
  { name: "sqrt", inputs: [positive], build: o.sqrt },
  { name: "pow 2", inputs: [shape], build: (x) => o.pow(x, 2) },
  { name: "pow 3", inputs: [shape], build: (x) => o.pow(x, 3) },
  { name: "pow -2", inputs: [positive], build: (x) => o.pow(x, -2) },
  { name: "pow -0.5", inputs: [positive], build: (x) => o.pow(x, -0.5) },
  { name: "pow 2.7", inputs: [positive], build: (x) => o.pow(x, 2.7) },
  { name: "clamp", inputs: [shape], build: (x) => o.clamp(x, { min: -0.3, max: 0.5 }) },
  { name: "floor", inputs: [{ shape: [3], values: [-1.5, 0.2, 2.7] }], build: o.floor },
  { name: "sign", inputs: [shape], build: o.sign, window: "none" },
]);

const vector = (...values: number[]) => dataNode(Float32Array.from(values), [values.length]);
const gradient = (y: Node, x: Node) => valuesOf(gradients(y, o.full(y.shape, 1), [x], o.add)[0]!);

describe("conventions of PyTorch", () => {
  test("maximum and minimum share the gradient of a tie", () => {
    const [a, b] = [vector(1, 2, 3), vector(1, 3, 2)];
    expect(gradient(o.maximum(a, b), a)).toEqual([0.5, 0, 1]);
    expect(gradient(o.minimum(a, b), b)).toEqual([0.5, 0, 1]);
  });

  test("maximum, minimum and clamp keep NaN from either side", () => {
    const [a, b] = [vector(Number.NaN, 1), vector(1, Number.NaN)];
    expect(valuesOf(o.maximum(a, b))).toEqual([Number.NaN, Number.NaN]);
    expect(valuesOf(o.minimum(a, b))).toEqual([Number.NaN, Number.NaN]);
    expect(valuesOf(o.clamp(a, { max: 0 }))).toEqual([Number.NaN, 0]);
  });

  test("clamp passes the gradient on its bounds", () => {
    const x = vector(-1, 0, 0.5, 1, 2);
    expect(gradient(o.clamp(x, { min: 0, max: 1 }), x)).toEqual([0, 1, 1, 1, 0]);
    expect(() => o.clamp(x, {})).toThrow("clamp: needs min, max or both");
  });

  test("pow has no NaN in the gradient at a base or exponent of 0", () => {
    const [a, b] = [vector(0, 0, 2), vector(0, 2, 0)];
    expect(gradient(o.pow(a, b), a)).toEqual([0, 0, 0]);
    expect(gradient(o.pow(a, b), b)).toEqual([0, 0, Math.fround(Math.log(2))]);
    expect(gradient(o.pow(a, 0), a)).toEqual([0, 0, 0]);
  });

  test("abs and sign at 0", () => {
    const x = vector(-2, 0, 3);
    expect(gradient(o.abs(x), x)).toEqual([-1, 0, 1]);
    expect(valuesOf(o.sign(x))).toEqual([-1, 0, 1]);
    expect(valuesOf(o.floor(vector(-1.5, 2.7)))).toEqual([-2, 2]);
  });
});

describe("comparisons", () => {
  const [a, b] = [vector(1, 2, 3, Number.NaN), vector(2, 2, 2, Number.NaN)];
  test.each([
    ["eq", o.eq, [0, 1, 0, 0]],
    ["ne", o.ne, [1, 0, 1, 1]],
    ["lt", o.lt, [1, 0, 0, 0]],
    ["le", o.le, [1, 1, 0, 0]],
    ["gt", o.gt, [0, 0, 1, 0]],
    ["ge", o.ge, [0, 1, 1, 0]],
  ] as const)("%s", (_name, compare, expected) => expect(valuesOf(compare(a, b))).toEqual(expected));

  test("no gradient flows through a mask", () => {
    const x = vector(-1, 2);
    expect(gradient(o.mul(x, o.gt(x, o.constant(0))), x)).toEqual([0, 1]);
  });
});

describe("cast, constants, detach", () => {
  test("float32 to int32 goes towards zero and back", () => {
    const whole = o.cast(vector(-1.7, 2.9), "int32");
    expect(whole.dtype).toBe("int32");
    expect(valuesOf(whole)).toEqual([-1, 2]);
    expect(valuesOf(o.add(whole, o.constant(0.5)))).toEqual([-0.5, 2.5]);
    expect(o.cast(whole, "int32")).toBe(whole);
    expect(valuesOf(o.cast(vector(3e9, -3e9, Number.NaN), "int32"))).toEqual([2 ** 31 - 1, -(2 ** 31), 0]);
  });

  test("full broadcasts a constant", () => expect(valuesOf(o.full([2, 2], 3))).toEqual([3, 3, 3, 3]));

  test("detach stops the gradient", () => {
    const x = vector(2, 3);
    expect(gradient(o.mul(x, o.detach(x)), x)).toEqual([2, 3]);
  });

  test("shapes that don't broadcast", () => {
    expect(() => o.add(vector(1, 2), vector(1, 2, 3))).toThrow("add: needs shapes that broadcast");
  });
});

describe("constants", () => {
  test("equal ones are one node, of no layer; 0 and -0 are two", () => {
    inScope({}, () => expect(o.constant(0.125).scope).toBe(null));
    expect(o.constant(0.125)).toBe(o.constant(0.125));
    expect([o.constant(0), o.constant(-0)].map((each) => each.attributes.value)).toEqual([0, -0]);
  });

  test("one that was read as a result is not shared any more", async () => {
    const read = o.constant(0.375);
    read.value = Float32Array.of(0.375);
    expect(o.constant(0.375)).not.toBe(read);
  });
});
