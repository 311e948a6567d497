import { expect, test } from "vitest";
import { ArgumentError } from "../../core/errors.ts";
import { dataNode } from "../../core/node.ts";
import { EngineState } from "../../engine/state.ts";
import { wasmDevice } from "../../index.ts";
import * as ops from "../../ops/index.ts";

const random = (length: number) => Float32Array.from({ length }, (_, index) => Math.sin(index * 12.9898) * 0.5);

test("an index outside its tensor fails the run with one line, and the device works on", async () => {
  const state = new EngineState(wasmDevice({ threads: 2 }));
  const x = dataNode(random(4), [4]);
  const bad = ops.gather(x, 0, dataNode(Int32Array.of(9), [1]));
  await expect(state.values([bad])).rejects.toThrow(/gather.*outside the tensor/);
  const good = ops.gather(x, 0, dataNode(Int32Array.of(3), [1]));
  expect((await state.values([good]))[0]![0]).toBe(x.source?.kind === "data" ? x.source.data[3] : Number.NaN);
});

test("one, two and three threads give the same bits", async () => {
  const results = [1, 2, 3].map(async (threads) => {
    const state = new EngineState(wasmDevice({ threads }));
    const x = dataNode(random(2 * 8 * 40 * 40), [2, 8, 40, 40]);
    const w = dataNode(random(16 * 8 * 9), [16, 8, 3, 3]);
    const y = ops.tanh(ops.conv2d(x, w, null, { padding: 1 }));
    const enlarged = ops.interpolate(x, { scaleFactor: 2, mode: "bicubic" });
    return await state.values([y, ops.sum(y), enlarged]);
  });
  const [one, two, three] = await Promise.all(results);
  expect(two).toEqual(one);
  expect(three).toEqual(one);
});

test("a result whose numbers lie apart is brought together by a step", async () => {
  const device = wasmDevice({ threads: 1 });
  const labels: string[] = [];
  device.timer = { now: () => 0, done: ({ plan }) => labels.push(...plan.steps.map(({ work }) => work.label)) };
  const x = dataNode(
    Float32Array.from({ length: 60 }, (_, at) => at),
    [3, 4, 5],
  );
  const [moved] = await new EngineState(device).values([ops.permute(x, [2, 0, 1])]);
  expect(labels).toEqual(["copy"]);
  expect([...moved!]).toEqual(Array.from({ length: 60 }, (_, at) => (at % 12) * 5 + Math.floor(at / 12)));
});

test("numerics are fast unless the option or the environment says exact, and nothing else", () => {
  const numericsOf = (options: Parameters<typeof wasmDevice>[0]) => wasmDevice(options).backend.target.numerics;
  const before = process.env.CONVSMITH_NUMERICS;
  try {
    delete process.env.CONVSMITH_NUMERICS;
    expect(numericsOf({})).toBe("fast");
    expect(numericsOf({ numerics: "exact" })).toBe("exact");
    process.env.CONVSMITH_NUMERICS = "exact";
    expect(numericsOf({})).toBe("exact");
    expect(numericsOf({ numerics: "fast" })).toBe("fast");
    process.env.CONVSMITH_NUMERICS = "quick";
    expect(() => wasmDevice()).toThrow(new ArgumentError('CONVSMITH_NUMERICS must be "exact" or "fast", got "quick"'));
  } finally {
    if (before === undefined) delete process.env.CONVSMITH_NUMERICS;
    else process.env.CONVSMITH_NUMERICS = before;
  }
});

test("memory that a collected block leaves is joined and used again", async () => {
  const { memory } = wasmDevice({ threads: 1 });
  const blocks = [1000, 2000, 3000].map((bytes) => memory.allocate(bytes));
  const before = memory.bytes;
  for (const block of [blocks[1]!, blocks[0]!, blocks[2]!]) memory.release(block);
  expect(memory.allocate(6000).address).toBe(blocks[0]!.address);
  expect(memory.bytes).toBe(before);
});

test("all threads work once the device is ready, and one thread is always ready", async () => {
  const device = wasmDevice({ threads: 3 });
  expect(device.pool.working).toBe(1);
  expect(await device.ready()).toBe(3);
  device.pool.stop();
  expect(device.pool.working).toBe(1);
  expect(await wasmDevice({ threads: 1 }).ready()).toBe(1);
});

test("a loop of short runs lets other tasks run", async () => {
  const state = new EngineState(wasmDevice({ threads: 1 }));
  let told = false;
  setImmediate(() => {
    told = true;
  });
  for (let run = 0; run < 20_000 && !told; run++) await state.values([ops.tanh(dataNode(random(4), [4]))]);
  expect(told).toBe(true);
});

test("constants that JSON has no number for are told apart", async () => {
  const state = new EngineState(wasmDevice({ threads: 1 }));
  const x = dataNode(Float32Array.of(1, 2), [2]);
  const numbers = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  const together = await state.values(numbers.map((each) => ops.add(x, ops.constant(each))));
  expect(together.map((values) => values[0])).toEqual(numbers);
  for (const each of numbers) expect((await state.values([ops.add(x, ops.constant(each))]))[0]![0]).toBe(each);
});
