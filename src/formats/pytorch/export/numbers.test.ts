import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWasmDevice } from "../../../devices/wasm/create.ts";
import * as nn from "../../../nn/index.ts";
import { wasmKernels } from "../../../ops/wasm.ts";
import { cat, full, manualSeed, noGrad, setDevice, type Tensor, tensor } from "../../../tensor/index.ts";
import { runExported, type TorchAnswer, withoutTorch } from "../../../testing/pytorch.ts";
import { writePytorchFolder } from "./folder.ts";

class Apply extends nn.Module {
  readonly apply_: (x: Tensor) => Tensor;
  constructor(apply: (x: Tensor) => Tensor) {
    super();
    this.apply_ = apply;
  }
  forward(x: Tensor): Tensor {
    return this.apply_(x);
  }
}

/** Layers that are called as the parameters of a generated forward are. */
class Sides extends nn.Module {
  x3 = new nn.ReLU();
  x2 = new nn.Tanh();
  x = new nn.Sigmoid();
  forward(a: Tensor, b: Tensor, c: Tensor): Tensor {
    const [p, q, r] = [this.x3.forward(a), this.x2.forward(b), this.x.forward(c)];
    return p.mul(q).add(r).add(p).add(q).mul(r).add(a).add(b.mul(c));
  }
}

class Calls extends nn.Module {
  sides = new Sides();
  forward(x: Tensor): Tensor {
    return this.sides.forward(x, x.mul(2), x.mul(3));
  }
}

class Twice extends nn.Module {
  edges = new Apply((x) =>
    nn.functional.conv2d(x, tensor([1, 0, -1, 2, 0, -2, 1, 0, -1], [1, 1, 3, 3]), null, { padding: 1 }),
  );
  forward(x: Tensor): Tensor {
    return this.edges.forward(this.edges.forward(x.mean([1], true)));
  }
}

const networks: Readonly<Record<string, () => nn.Layer>> = {
  "parameters of forward beside layers of these names": () => new Calls(),
  "a kernel of whole numbers, in a block that is called twice": () => new Twice(),
  "bounds below zero and infinite ones": () =>
    new Apply((x) => x.maximum(-0.5).add(x.minimum(-0.25)).maximum(Number.NEGATIVE_INFINITY)),
  "a choice of two numbers, then a mean": () => new Apply((x) => x.gt(0).where(2, -1).mean([2, 3])),
  "single numbers as tensors": () =>
    new Apply((x) => cat([x.mean([1, 2, 3], true).reshape(-1, 1), tensor([5], [1, 1])], 1).add(full([2], 3).pow(2))),
  "a kernel of one number": () =>
    new Apply((x) => nn.functional.conv2d(x.mean([1], true), tensor([3], [1, 1, 1, 1]), null)),
  "a number that brings a dimension": () => new Apply((x) => x.mean([1, 2, 3]).mul(tensor([2], [1, 1]))),
  "numbers alone": () => new Apply((x) => x.add(full([], 2).mul(3).sqrt())),
  "a network of one picture at a time": () =>
    new Apply((x) => {
      if (x.shape[0] !== 1) throw new RangeError("one picture at a time");
      return x.mul(2).reshape(1, 60);
    }),
  "no bound": () => new Apply((x) => x.clamp({ min: Number.NEGATIVE_INFINITY })),
};

/** The batch is the second axis of its sequence, and part of one with the heads. */
class SequenceFirst extends nn.Module {
  linear = new nn.Linear(5, 10);
  forward(x: Tensor): Tensor {
    const [batch] = x.shape as [number];
    const sequence = x.reshape(batch, 12, 5).permute(1, 0, 2);
    const heads = this.linear
      .forward(sequence)
      .reshape(12, 2 * batch, 5)
      .permute(1, 0, 2);
    const seen = heads.matmul(heads.transpose(1, 2)).softmax(2).matmul(heads);
    return seen.permute(1, 0, 2).reshape(12, batch, 10).mean([0]);
  }
}

const shape = [1, 3, 4, 5];
const sines = (count: number) => Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7) * 2);
const data = sines(60);
const two = { shape: [2, 3, 4, 5], data: sines(120) };
let folder = "";
let answers = new Map<string, TorchAnswer>();

beforeAll(async () => {
  if (withoutTorch) return;
  setDevice(createWasmDevice(wasmKernels, { threads: 1 }));
  folder = await mkdtemp(join(tmpdir(), "convsmith-torch-"));
  const names = Object.keys(networks);
  for (const [at, name] of names.entries()) {
    const options = { inputShape: shape, model: name, metadata: {}, recipe: null };
    await writePytorchFolder(join(folder, `${at}`), networks[name]!(), options);
  }
  manualSeed(1);
  const options = { inputShape: shape, model: "batch", metadata: {}, recipe: null };
  await writePytorchFolder(join(folder, "batch"), new SequenceFirst(), options);
  const each = names.map((_, at) => [`${at}`, { data, shape }] as const);
  answers = await runExported(folder, new Map([...each, ["batch", two]]));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test.skipIf(withoutTorch).each(Object.keys(networks).map((name, at) => [name, at] as const))(
  "%s give the same in PyTorch",
  async (name, at) => {
    manualSeed(1);
    const expected = noGrad(() => networks[name]!().eval().forward(tensor(data, shape)));
    const answer = answers.get(`${at}`)!;
    expect(answer.shape).toEqual(expected.shape);
    for (const [index, each] of (await expected.data()).entries()) expect(answer.output[index]).toBeCloseTo(each, 5);
  },
);

test.skipIf(withoutTorch)("another batch than the recorded one goes through where it is no first axis", async () => {
  manualSeed(1);
  const expected = noGrad(() => new SequenceFirst().eval().forward(tensor(two.data, two.shape)));
  const { output, shape: got } = answers.get("batch")!;
  expect(got).toEqual(expected.shape);
  for (const [at, each] of (await expected.data()).entries()) expect(output[at]).toBeCloseTo(each, 5);
});
