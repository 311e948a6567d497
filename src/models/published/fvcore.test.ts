import { describe, expect, test } from "vitest";
import { conventionOf, type Network, summarize } from "../../analysis/index.ts";
import { dataNode } from "../../core/node.ts";
import type { Shape } from "../../core/shape.ts";
import * as nn from "../../nn/index.ts";
import { batchNorm2dTraining, full } from "../../ops/index.ts";
import { type Tensor, zeros } from "../../tensor/index.ts";
import { expectPublished, missing, note, rowsOf } from "../../testing/published.ts";

interface ConvRow {
  readonly dims: 1 | 2 | 3;
  readonly batch: number;
  readonly c_in: number;
  readonly c_out: number;
  readonly spatial: number;
  readonly kernel: number;
  readonly padding: number;
  readonly stride: number;
  readonly groups: number;
  readonly transposed: boolean;
  readonly output_padding: number;
  readonly expected_macs: number;
}

/** A layer and input that do the same multiplications in two dimensions. */
function inTwoDimensions(row: ConvRow): { layer: Network; input: Shape } {
  const { batch, c_in, c_out, spatial, kernel, padding, stride, groups } = row;
  const options = { padding, stride, groups };
  if (row.transposed) {
    const layer = new nn.ConvTranspose2d(c_in, c_out, kernel, { ...options, outputPadding: row.output_padding });
    return { layer, input: [batch, c_in, spatial, spatial] };
  }
  if (row.dims === 1) {
    const layer = new nn.Conv2d(c_in, c_out, [1, kernel], { ...options, padding: [0, padding] });
    return { layer, input: [batch, c_in, 1, spatial] };
  }
  if (row.dims === 2)
    return { layer: new nn.Conv2d(c_in, c_out, kernel, options), input: [batch, c_in, spatial, spatial] };
  // Depth that keeps its size: each slice of the output is a convolution of `kernel` slices of the input.
  return {
    layer: new nn.Conv2d(c_in * kernel, c_out, kernel, options),
    input: [batch * spatial, c_in * kernel, spatial, spatial],
  };
}

const flops = (net: Network, input: Shape) => summarize(net, input, { convention: "fvcore" }).totals.flops;

class ToyLeNet extends nn.Module {
  conv1 = new nn.Conv2d(1, 6, 3);
  conv2 = new nn.Conv2d(6, 16, 3);
  fc1 = new nn.Linear(16 * 6 * 6, 120);
  fc2 = new nn.Linear(120, 84);
  fc3 = new nn.Linear(84, 10);

  forward(x: Tensor): Tensor {
    x = nn.functional.maxPool2d(this.conv1.forward(x).relu(), 2);
    x = nn.functional.maxPool2d(this.conv2.forward(x).relu(), 2).flatten(1);
    return this.fc3.forward(this.fc2.forward(this.fc1.forward(x).relu()).relu());
  }
}

/** A network of one step. */
class Step extends nn.Module {
  readonly #step: (x: Tensor) => Tensor;
  constructor(step: (x: Tensor) => Tensor) {
    super();
    this.#step = step;
  }
  forward(x: Tensor): Tensor {
    return this.#step(x);
  }
}

const small = [2, 2, 2, 2];

/** The total of each row of the table, by its name. */
const totals: Readonly<Record<string, () => number>> = {
  "docs toy LeNet-like": () => flops(new ToyLeNet(), [1, 1, 32, 32]),
  "docstring TestModel: conv 3->10 1x1 on 1x3x10x10, fc 1000->10": () => flops(testModel(), [1, 3, 10, 10]),
  "batch_norm eval affine on 2x2x2x2": () => flops(new nn.BatchNorm2d(2), small),
  "batch_norm eval no affine on 2x2x2x2": () => flops(new nn.BatchNorm2d(2, { affine: false }), small),
  "batch_norm training affine on 2x2x2x2": trainingNorm,
  // Groups of one channel: a layer norm of each channel, which fvcore counts by the same function.
  "group_norm affine on 2x2x2x2": () => flops(new nn.LayerNorm([2, 2]), small),
  "group_norm no affine on 2x2x2x2": () => flops(new nn.LayerNorm([2, 2], { elementwiseAffine: false }), small),
  "bilinear x2 upsample of 2x2x2x2": () => flops(new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }), small),
  "matmul 3x4 @ 4x5": () => flops(new Step((x) => x.matmul(zeros([4, 5]))), [3, 4]),
  "einsum nc,nchw->hw with (3,4),(3,4,2,3)": () =>
    flops(
      new Step((x) =>
        x
          .reshape(1, 12)
          .matmul(zeros([3, 4, 2, 3]).reshape(12, 6))
          .reshape(2, 3),
      ),
      [3, 4],
    ),
};

const testModel = () =>
  new nn.Sequential({
    conv: new nn.Conv2d(3, 10, 1),
    act: new nn.ReLU(),
    flat: new nn.Flatten(),
    fc: new nn.Linear(1000, 10),
  });

/** Summaries are of evaluations: the convention is asked about the op itself. */
function trainingNorm(): number {
  const x = dataNode(new Float32Array(16), small);
  const { output } = batchNorm2dTraining(x, { weight: full([2], 1), bias: full([2], 0) });
  const call = { module: new nn.BatchNorm2d(2), path: "", nodes: [output] };
  return conventionOf("fvcore").count(output, call).flops;
}

interface TotalRow {
  readonly id: string;
  readonly total?: number;
  readonly flops?: number;
  readonly by_module?: Readonly<Record<string, number>>;
}

describe.skipIf(missing)(`fvcore's documents and tests${note}`, () => {
  test.each(rowsOf<ConvRow>("fvcore_tests_conv"))(
    "$dims-d convolution, transposed: $transposed, groups $groups, stride $stride: $expected_macs",
    (row) => {
      const { layer, input } = inTwoDimensions(row);
      expect(flops(layer, input)).toBe(row.expected_macs);
    },
  );

  test.each(rowsOf<TotalRow>("fvcore_docs_and_tests"))("$id", (row) => {
    expectPublished("fvcore_docs_and_tests", row.id, "total", row.total ?? row.flops, totals[row.id]!());
  });

  test("layer by layer", () => {
    const byPath = (net: Network, input: Shape) =>
      Object.fromEntries(
        summarize(net, input, { convention: "fvcore" }).layers.map(({ path, flops }) => [path, flops]),
      );
    const [toy, model] = rowsOf<TotalRow & { conv: number; fc: number; act: number }>("fvcore_docs_and_tests");
    expect(byPath(new ToyLeNet(), [1, 1, 32, 32])).toMatchObject(toy!.by_module!);
    expect(byPath(testModel(), [1, 3, 10, 10])).toMatchObject({ conv: model!.conv, fc: model!.fc, act: model!.act });
  });
});
