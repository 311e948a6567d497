import { describe, expect, test } from "vitest";
import { type LayerRow, summarize } from "../../analysis/index.ts";
import { numel, type Shape } from "../../core/shape.ts";
import * as nn from "../../nn/index.ts";
import { billions, millions, missing, note, rowsOf, summaryOf } from "../../testing/published.ts";

interface Row {
  readonly model: string;
  readonly macs?: number;
  readonly params?: number;
  readonly conv_macs?: number;
  readonly fc_macs?: number;
  readonly bias_adds?: number;
  readonly bias_adds_conv?: number;
  readonly bn_elements?: number;
  readonly conv_fc_outputs?: number;
}

type Layers = readonly LayerRow[];
const sum = (layers: Layers, of: (row: LayerRow) => number) => layers.reduce((total, row) => total + of(row), 0);
const outputs = (layers: Layers) => sum(layers, ({ outputShape }) => numel(outputShape!));
const ofType = (layers: Layers, ...types: readonly string[]) => layers.filter(({ type }) => types.includes(type));

describe.skipIf(missing)(`figures worked out from the architectures${note}`, () => {
  // Its last row is about receptive fields.
  test.each(rowsOf<Row>("independent_checks_made_here").filter(({ macs }) => macs))("$model", (row) => {
    const { layers, totals } = summaryOf(row.model.replace("torchvision ", "").replace(" @224", ""), "torchvision");
    const conv = ofType(layers, "Conv2d");
    const linear = ofType(layers, "Linear");
    const biases = (rows: Layers) => sum(rows, ({ biasAdditions }) => biasAdditions);
    const ours: Required<Omit<Row, "model">> = {
      macs: totals.macs,
      params: totals.parameters,
      conv_macs: sum(conv, ({ macs }) => macs),
      fc_macs: sum(linear, ({ macs }) => macs),
      bias_adds: biases([...conv, ...linear]),
      bias_adds_conv: biases(conv),
      bn_elements: outputs(ofType(layers, "BatchNorm2d")),
      conv_fc_outputs: outputs([...conv, ...linear]),
    };
    for (const key of Object.keys(ours) as (keyof typeof ours)[]) {
      if (row[key] !== undefined) expect(ours[key], key).toBe(row[key]);
    }
  });

  interface ScanRow extends Readonly<Record<"params" | "flops" | "macs" | "dmas_k", number>> {
    readonly layer: string;
    readonly input: Shape;
    readonly output: Shape;
  }

  test.each(rowsOf<ScanRow>("torch_scan_readme"))("torch-scan's README: $layer", (row) => {
    const summary = summarize(new nn.Conv2d(3, 8, 3), row.input);
    const { parameters, flops, macs } = summary.totals;
    expect(row.layer).toBe("Conv2d(3,8,3)");
    expect(summary.layers[0]!.outputShape).toEqual(row.output);
    expect({ params: parameters, flops, macs }).toEqual({ params: row.params, flops: row.flops, macs: row.macs });
    // Inputs read, parameters read and outputs written.
    expect(Number(((macs + parameters + numel(row.output)) / 1e3).toFixed(2))).toBe(row.dmas_k);
  });
});

test("figures that only the sources' notes tell", () => {
  // pycls: MACs and biases.
  expect(summaryOf("resnet50", "ptflops-aten").totals.macs).toBe(4_089_185_256);
  // timm's benchmark, which asks fvcore; "macts" are outputs of convolutions and linear layers.
  expect(billions(summaryOf("resnet50", "fvcore").totals.flops)).toBe(4.11);
  expect(billions(summaryOf("vgg16", "fvcore").totals.flops)).toBe(15.47);
  const activations = (name: string) => outputs(ofType(summaryOf(name, "fvcore").layers, "Conv2d", "Linear"));
  expect(millions(activations("resnet50"))).toBe(11.11);
  expect(millions(activations("vgg16"))).toBe(13.56);
  // onnx-tool: a layer of 3 → 16 channels at 320 pixels with its biases.
  const layer = new nn.Conv2d(3, 16, 3, { stride: 2, padding: 1 });
  expect(summarize(layer, [1, 3, 640, 640], { convention: "onnx-tool" }).totals.macs).toBe(45_875_200);
  // Keras counts the running statistics, and its ResNet's convolutions have biases.
  const { layers, totals } = summaryOf("resnet50", "exact");
  const channels = sum(ofType(layers, "BatchNorm2d"), ({ outputShape }) => outputShape![1]!);
  expect(totals.parameters + 3 * channels).toBe(25_636_712);
});
