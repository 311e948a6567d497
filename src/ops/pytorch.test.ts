import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writePytorchFolder } from "../formats/pytorch/export/folder.ts";
import * as nn from "../nn/index.ts";
import { Tensor } from "../tensor/index.ts";
import { type GoldenCase, goldenCases } from "../testing/golden.ts";
import { GoldenAttributes } from "../testing/golden-attributes.ts";
import { goldenOps } from "../testing/golden-ops.ts";
import { runExported, type TorchAnswer, withoutTorch } from "../testing/pytorch.ts";

const files = [
  ...["activation", "adaptive_avg_pool2d", "avg_pool2d", "batch_norm2d", "binary", "cat", "conv2d", "conv_transpose2d"],
  ...["linear", "matmul", "max_pool2d", "pad", "pixel_shuffle", "pixel_unshuffle", "prelu", "reduce", "softmax"],
  ...["upsample"],
];
const isInput = (name: string) => !/^(output|grad_|new_)/.test(name);
const cases = files
  .flatMap(goldenCases)
  .filter(
    ({ tensors }) =>
      tensors.get("output")?.data instanceof Float32Array && (tensors.values().next().value?.shape.length ?? 0) > 0,
  );

/** One call of an op: the first input is the network's, the others are its parameters. */
class OneOp extends nn.Module {
  readonly golden: GoldenCase;
  readonly others = new nn.ModuleList<Held>();
  readonly first: string;

  constructor(golden: GoldenCase) {
    super();
    this.golden = golden;
    const [first, ...others] = [...golden.tensors].filter(([name]) => isInput(name));
    this.first = first![0];
    for (const [name, { shape, data }] of others) this.others.append(new Held(name, shape, data as Float32Array));
  }

  forward(x: Tensor): Tensor {
    const { golden } = this;
    const others = [...this.others].map(({ key, value }) => [key, value.node] as const);
    const inputs = Object.fromEntries([[this.first, x.node], ...others]);
    return new Tensor(goldenOps[golden.op]!(inputs, new GoldenAttributes(golden.attrs)).output!);
  }
}

class Held extends nn.Module {
  readonly key: string;
  readonly value: nn.Parameter;
  constructor(key: string, shape: readonly number[], data: Float32Array) {
    super();
    this.key = key;
    this.value = new nn.Parameter(shape, () => data);
  }
  forward(): Tensor {
    return this.value;
  }
}

let folder = "";
let answers = new Map<string, TorchAnswer>();

beforeAll(async () => {
  if (withoutTorch) return;
  folder = await mkdtemp(join(tmpdir(), "convsmith-torch-"));
  const inputs = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  for (const [index, golden] of cases.entries()) {
    const network = new OneOp(golden);
    const { shape, data } = golden.tensors.get(network.first)!;
    const model = golden.name;
    await writePytorchFolder(join(folder, `${index}`), network, {
      inputShape: shape,
      model,
      metadata: {},
      recipe: null,
    });
    inputs.set(`${index}`, { shape, data: data as Float32Array });
  }
  answers = await runExported(folder, inputs);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test.skipIf(withoutTorch).each(cases.map((golden, index) => [golden.name, index] as const))(
  "%s is written as a call that gives PyTorch's own numbers",
  (_name, index) => {
    const { shape, data } = cases[index]!.tensors.get("output")!;
    const { output, shape: got } = answers.get(`${index}`)!;
    expect(got.length === 0 ? [1] : got).toEqual(shape);
    const scale = Math.max(1, ...Array.from(data, Math.abs).filter(Number.isFinite));
    for (const [at, each] of data.entries()) {
      // Infinities and NaN are among the cases.
      if (!Number.isFinite(each)) expect(output[at]).toBe(each);
      else expect(Math.abs(output[at]! - each)).toBeLessThanOrEqual(1e-6 * scale);
    }
  },
);
