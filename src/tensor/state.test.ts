import { beforeAll, expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import { WatchedDevice } from "../testing/watched-device.ts";
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

test("a run computes no pending value of a graph with which it shares a constant alone", async () => {
  const device = new WatchedDevice(new ReferenceDevice());
  setDevice(device);
  const w = parameter([1, 2, 3]);
  w.set(w.mul(w.mean()));
  expect(await tensor([4, 5, 6]).mean().item()).toBe(5);
  expect(device.plans).toHaveLength(1);
  expect(device.plans[0]).toMatch(/constant.*writes $/s);
  expect([...(await w.data())]).toEqual([2, 4, 6]);
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

test("take() hands over the numbers, and what uses the tensor later computes them again", async () => {
  const w = parameter([1, 2], "layer.weight");
  const y = w.mul(2);
  const mine = await y.take();
  expect([...mine]).toEqual([2, 4]);
  mine[0] = 9;
  expect([...(await y.data())]).toEqual([2, 4]);
  expect([...(await y.add(1).data())]).toEqual([3, 5]);
  const lost = w.mul(3);
  await lost.take();
  w.set(new Float32Array([5, 6]));
  await w.data();
  await expect(lost.data()).rejects.toThrow(/mul: reads version 0 of layer.weight/);
});

test("take() copies what is needed elsewhere: leaves, kept values, and what a run in the queue reads", async () => {
  const x = tensor([1, 2]);
  for (const each of [x, x.reshape([2, 1]), x.reshape([2, 1]).reshape([2])]) (await each.take())[0] = 9;
  expect([...(await x.data())]).toEqual([1, 2]);
  const w = parameter([1, 2]);
  const kept = w.mul(2).keep();
  w.set(new Float32Array([5, 6]));
  await w.data();
  (await kept.take())[0] = 9;
  expect([...(await kept.data())]).toEqual([2, 4]);
  const y = x.mul(2);
  const [taken, used] = await Promise.all([y.take(), y.add(1).data()]);
  expect([...taken, ...used]).toEqual([2, 4, 3, 5]);
});

test("take() beside other calls: none of them misses its numbers, and keep() still keeps", async () => {
  const x = tensor([1, 2]);
  const y = x.mul(2);
  const other = x.mul(5);
  const [taken, , read] = await Promise.all([y.take(), other.data(), y.data()]);
  expect([...taken, ...read]).toEqual([2, 4, 2, 4]);
  const w = parameter([1, 2]);
  const kept = w.mul(3).keep();
  (await kept.take())[0] = 9;
  w.set(new Float32Array([5, 6]));
  await w.data();
  expect([...(await kept.data())]).toEqual([3, 6]);
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
