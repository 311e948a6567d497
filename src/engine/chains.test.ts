import { afterAll, describe, expect, test } from "vitest";
import { Generator } from "../core/generator.ts";
import { dataNode, type Node } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import type { WasmDevice } from "../devices/wasm/device.ts";
import { wasmDevice } from "../index.ts";
import { Espcn } from "../models/index.ts";
import * as ops from "../ops/index.ts";
import { manualSeed, rand } from "../tensor/index.ts";
import { bandedDevice } from "../testing/devices.ts";
import type { Plan } from "./plan.ts";
import { EngineState } from "./state.ts";

const small = { image: 2000, chain: 60_000 };
const whole = bandedDevice(2, null);
const banded = [1, 2, 3].map((threads) => bandedDevice(threads, small));
afterAll(() => {
  for (const { pool } of [whole, ...banded]) pool.stop();
});

class Chain {
  readonly #generator: Generator;
  x: Node;

  constructor(seed: number) {
    this.#generator = new Generator(seed);
    this.x = this.leaf(this.pick([1, 1, 2, 3]), this.pick([1, 3, 4, 8]), this.between(30, 70), this.between(7, 33));
  }

  between(low: number, high: number): number {
    return low + this.#generator.integer(high - low + 1);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)]!;
  }

  leaf(...shape: number[]): Node {
    return dataNode(
      Float32Array.from({ length: numel(shape) }, () => this.#generator.uniform() * 2 - 1),
      shape,
    );
  }

  convolve(outputs: number, kernel: number, options: Parameters<typeof ops.conv2d>[3]): void {
    const channels = this.x.shape[1]! / (options?.groups ?? 1);
    const bias = this.pick([this.leaf(outputs), null]);
    this.x = ops.conv2d(this.x, this.leaf(outputs, channels, kernel, kernel), bias, options);
  }

  /** A convolution of any kind that leaves enough rows, or what belongs to an epilogue. */
  grow(): void {
    const channels = this.x.shape[1]!;
    switch (this.pick(["conv", "conv", "winograd", "winograd", "depthwise", "transposed", "activation", "add"])) {
      case "conv": {
        const kernel = this.pick([1, 3, 5]);
        const groups = channels % 2 === 0 ? this.pick([1, 1, 2]) : 1;
        const stride = this.x.shape[2]! > 24 && this.x.shape[3]! > 8 ? this.pick([1, 1, 2]) : 1;
        this.convolve(4 * this.between(1, 4) + (groups === 1 ? this.pick([0, 0, 1]) : 0), kernel, {
          stride,
          padding: (kernel - 1) / 2 + this.pick([0, 0, 1]),
          dilation: kernel === 3 ? this.pick([1, 1, 2]) : 1,
          groups,
        });
        break;
      }
      case "winograd":
        this.convolve(this.between(4, 13), 3, { padding: this.pick([0, 1, 1, 2]) });
        break;
      case "depthwise":
        this.convolve(channels, 3, { padding: 1, groups: channels });
        break;
      case "transposed":
        this.x = ops.convTranspose2d(this.x, this.leaf(channels, 8, 3, 3), null, { padding: this.pick([0, 1, 3]) });
        break;
      case "activation":
        this.x = this.pick([ops.relu, ops.tanh])(this.x);
        break;
      default:
        this.x = ops.add(this.x, this.leaf(...this.pick([this.x.shape, [channels, 1, 1], this.x.shape.slice(2)])));
    }
  }
}

/** Records anew for each run: what has been computed once stays with its node. */
async function runOn(device: WasmDevice, record: () => Node): Promise<{ bits: Buffer; plan: Plan }> {
  const plans: Plan[] = [];
  device.timer = { now: () => performance.now(), done: ({ plan }) => plans.push(plan) };
  const [values] = await new EngineState(device).values([record()]);
  return { bits: Buffer.from(values!.buffer), plan: plans[0]! };
}

/** Compares banded runs with the whole one, and gives the banded plan. */
async function compare(record: () => Node, devices: readonly WasmDevice[] = banded): Promise<Plan> {
  const expected = await runOn(whole, record);
  expect(expected.plan.chains).toEqual([]);
  let { plan } = expected;
  for (const device of devices) {
    const actual = await runOn(device, record);
    expect(actual.bits.equals(expected.bits)).toBe(true);
    plan = actual.plan;
  }
  return plan;
}

function randomChain(seed: number): Node {
  const chain = new Chain(seed);
  for (let count = chain.between(2, 7); count > 0; count--) chain.grow();
  const scale = chain.pick([1, 1, 2, 3]);
  chain.convolve(scale ** 2 * chain.between(1, 3), 3, { padding: 1 });
  return ops.sigmoid(ops.pixelShuffle(chain.x, scale));
}

describe("chains in bands give the bits of whole steps", () => {
  let chained = 0;
  test.each(Array.from({ length: 60 }, (_, seed) => seed))("chain %i", async (seed) => {
    const { chains } = await compare(() => randomChain(seed));
    chained += Math.sign(chains.length);
  });

  test("most of them are chains", () => {
    expect(chained).toBeGreaterThan(40);
  });
});

/** Two convolutions of 8 channels, whose image between them takes (rows + 2) · 18 · 32 bytes. */
function pair(rows: number, images = 1, use: (middle: Node, last: Node) => Node = (_, last) => last): Node {
  const numbers = (...shape: number[]) =>
    dataNode(
      Float32Array.from({ length: numel(shape) }, (_, at) => Math.sin(at)),
      shape,
    );
  const middle = ops.tanh(ops.conv2d(numbers(images, 4, rows, 16), numbers(8, 4, 5, 5), null, { padding: 2 }));
  return use(middle, ops.conv2d(middle, numbers(8, 8, 3, 3), null, { padding: 1 }));
}

describe("when steps become a chain", () => {
  const bytes = (rows: number) => (rows + 2) * 18 * 32;
  const chainsOf = async (record: () => Node, image: number, chain: number) => {
    const device = bandedDevice(2, { image, chain });
    const plan = await compare(record, [device]);
    device.pool.stop();
    return plan.chains.length;
  };

  test("above the limit of an image, on it, and where bands can't be small enough", async () => {
    expect(await chainsOf(() => pair(41), bytes(41) - 4, bytes(41))).toBe(1);
    expect(await chainsOf(() => pair(41), bytes(41), bytes(41))).toBe(0);
    expect(await chainsOf(() => pair(41), 0, 1000)).toBe(0);
  });

  test("an image that fits whole stays whole, several run one after the other", async () => {
    expect(await chainsOf(() => pair(17), 0, 1 << 20)).toBe(0);
    expect(await chainsOf(() => pair(17, 3), 0, 1 << 20)).toBe(1);
  });

  test("what is read twice stays whole", async () => {
    expect(await chainsOf(() => pair(60, 1, ops.add), 0, 50_000)).toBe(0);
    expect(await chainsOf(() => pair(60, 1, (middle, last) => ops.cat([middle, last], 1)), 0, 50_000)).toBe(0);
  });

  test("the device's own limits, on a picture: less memory, also where threads make bands taller", async () => {
    const record = () => {
      manualSeed(1);
      return new Espcn(3).forward(rand([1, 1, 200, 320])).node;
    };
    const device = wasmDevice({ threads: 5 });
    const plan = await compare(record, [device]);
    expect(plan.chains).toHaveLength(1);
    expect(plan.arenaBytes).toBeLessThan(whole.arenaBytes / 2);
    device.pool.stop();
  });
});
