import { beforeAll, expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import { Parameter, setDevice, tensor } from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

const parameter = (values: number[], name = "w") =>
  new Parameter([values.length], () => Float32Array.from(values), name);

test("backward gives the gradient of a sum of squares, and a second one adds", async () => {
  const w = parameter([1, 2, 3]);
  w.mul(w).sum().backward();
  w.mul(w).sum().backward();
  expect([...(await w.grad!.data())]).toEqual([4, 8, 12]);
  w.zeroGrad();
  expect(w.grad).toBeNull();
});

test("a value on a replaced version is stale, unless it was kept", async () => {
  const w = parameter([1, 2, 3], "layer.weight");
  const lost = w.mul(2);
  const kept = w.mul(3).keep();
  const root = w.sum();
  root.backward();
  w.set(w.sub(w.grad!));
  expect([...(await w.data())]).toEqual([0, 1, 2]);
  expect([...(await kept.data())]).toEqual([3, 6, 9]);
  expect(await root.item()).toBe(6);
  await expect(lost.data()).rejects.toThrow(/mul: reads version 0 of layer.weight.*keep\(\)/);
});

test("backward through a replaced version throws", () => {
  const w = parameter([1], "w");
  const loss = w.sum();
  w.set(new Float32Array([2]));
  expect(() => loss.backward()).toThrow(/w has changed/);
});

test("detach and a frozen parameter stop gradients", async () => {
  const a = parameter([1, 2]);
  const b = parameter([3, 4]);
  b.requiresGrad = false;
  a.mul(b).add(a.detach().mul(a)).sum().backward();
  expect([...(await a.grad!.data())]).toEqual([4, 6]);
  expect(b.grad).toBeNull();
});

test("the 257th update that nobody computes is refused", () => {
  const w = parameter([1]);
  expect(() => {
    for (let step = 0; step < 257; step++) w.set(w.add(1));
  }).toThrow(/256 updates/);
});

test("tensor() copies, checks and nests", async () => {
  const source = new Float32Array([1, 2]);
  const x = tensor(source);
  source[0] = 9;
  expect([...(await x.data())]).toEqual([1, 2]);
  expect(tensor([[1, 2, 3]]).shape).toEqual([1, 3]);
  expect(() => tensor([1, 2, 3], [2, 2])).toThrow(/3 numbers don't fill shape/);
});
