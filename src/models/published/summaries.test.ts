import { describe, expect, test } from "vitest";
import { type Network, summarize } from "../../analysis/index.ts";
import { numel, type Shape } from "../../core/shape.ts";
import * as nn from "../../nn/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { deviationOf, expectPublished, millions, missing, note, rowsOf } from "../../testing/published.ts";
import { createModel } from "../index.ts";

/** The network of both READMEs: two convolutions, and linear layers of 50 and 10. */
class MnistNet extends nn.Module {
  conv1 = new nn.Conv2d(1, 10, 5);
  conv2 = new nn.Conv2d(10, 20, 5);
  conv2_drop = new nn.Dropout2d();
  fc1 = new nn.Linear(320, 50);
  fc2 = new nn.Linear(50, 10);

  forward(x: Tensor): Tensor {
    x = nn.functional.maxPool2d(this.conv1.forward(x), 2).relu();
    x = nn.functional.maxPool2d(this.conv2_drop.forward(this.conv2.forward(x)), 2).relu();
    return this.fc2.forward(this.fc1.forward(x.flatten(1)).relu());
  }
}

class SimpleConv extends nn.Module {
  features = new nn.Sequential(new nn.Conv2d(1, 1, 3, { padding: 1 }), new nn.ReLU());
  forward(x: Tensor): Tensor {
    return this.features.forward(x);
  }
}

interface Called {
  readonly type: string;
  readonly output: Shape;
  readonly params: number;
}

/** What each module without children gives, in the order in which these networks hold and call them. */
function callsOf(network: Network, input: Shape): Called[] {
  const rows = new Map(summarize(network, input).layers.map((row) => [row.path, row]));
  let output = input;
  return [...network.namedModules()].flatMap(([path, module]) => {
    if (module.modules().length > 1) return [];
    const row = rows.get(path);
    // Dropout records nothing in an evaluation: it gives what it gets.
    output = row?.outputShape ?? output;
    return [{ type: module.constructor.name, output, params: row?.parameters ?? 0 }];
  });
}

interface SummaryRow {
  readonly model: string;
  readonly totals: Readonly<Record<string, number>>;
  readonly layers: readonly { readonly layer: string; readonly out: Shape; readonly params: number }[];
}

const networks: Readonly<Record<string, readonly { network: Network; input: Shape }[]>> = {
  "MNIST Net": [{ network: new MnistNet(), input: [1, 1, 28, 28] }],
  "torchvision vgg16": [{ network: createModel("vgg16").network, input: [1, 3, 224, 224] }],
  // Its network takes two pictures through one convolution.
  "SimpleConv (two inputs, shared conv)": [
    { network: new SimpleConv(), input: [1, 1, 16, 16] },
    { network: new SimpleConv(), input: [1, 1, 28, 28] },
  ],
};

/** 4 bytes an element, in units of 2^20 bytes. */
const megabytes = (elements: number) => Number(((4 * elements) / 2 ** 20).toFixed(2));

describe.skipIf(missing)(`torchsummary's README${note}`, () => {
  test.each(rowsOf<SummaryRow>("torchsummary_readme"))("$model", ({ model, totals, layers }) => {
    const parts = networks[model]!;
    const parameters = parts[0]!.network.parameters().reduce((sum, { numel }) => sum + numel, 0);
    const calls = parts.flatMap(({ network, input }) => callsOf(network, input));
    // It shows no module that only changes the shape.
    const shown = calls.filter(({ type }) => type !== "Flatten" && type !== "AdaptiveAvgPool2d");
    expect(shown.map(({ type, output, params }) => [type, ...output.slice(1), params])).toEqual(
      layers.map(({ layer, out, params }) => [layer.split("-")[0], ...out.slice(1), params]),
    );
    const inputs = parts.reduce((sum, { input }) => sum + numel(input), 0);
    const outputs = shown.reduce((sum, { output }) => sum + numel(output), 0);
    const ours: Readonly<Record<string, number>> = {
      "Total params": parameters,
      "Trainable params": parameters,
      "Non-trainable params": 0,
      "Input size (MB)": megabytes(inputs),
      "Forward/backward pass size (MB)": megabytes(2 * outputs),
      "Params size (MB)": megabytes(parameters),
      "Estimated Total Size (MB)": megabytes(inputs + 2 * outputs + parameters),
    };
    expect(Object.keys(totals).sort()).toEqual(Object.keys(ours).sort());
    for (const [column, value] of Object.entries(ours)) {
      expectPublished("torchsummary_readme", model, column, totals[column], value);
    }
  });
});

interface InfoRow {
  readonly model: string;
  readonly input: Shape;
  readonly total_params: number;
  readonly total_mult_adds_M: number;
  readonly layers: readonly {
    readonly l: string;
    readonly out: Shape;
    readonly params: number;
    readonly mult_adds: number;
  }[];
}

const infoRows = rowsOf<InfoRow>("torchinfo_readme");
const inexpressible = ({ model }: InfoRow) => deviationOf("torchinfo_readme", model, "total_mult_adds_M") !== undefined;

describe.skipIf(missing)(`torchinfo's README${note}`, () => {
  test.each(infoRows.filter((row) => !inexpressible(row)))(
    "$model",
    ({ input, total_params, total_mult_adds_M, layers }) => {
      const calls = callsOf(new MnistNet(), input).filter(({ params }) => params > 0);
      // Parameters, bias included, times the batch and the pixels of the output.
      const rows = calls.map(({ type, output, params }) => ({
        ...{ type, out: output, params },
        mult_adds: params * output[0]! * numel(output.slice(2)),
      }));
      expect(rows).toEqual(layers.map(({ l, ...row }) => ({ type: l.split(" ")[0], ...row })));
      expect(rows.reduce((sum, { params }) => sum + params, 0)).toBe(total_params);
      expect(millions(rows.reduce((sum, { mult_adds }) => sum + mult_adds, 0))).toBe(total_mult_adds_M);
    },
  );

  test.each(infoRows.filter(inexpressible))(
    "$model is told to be no network of ours",
    ({ model, total_mult_adds_M }) => {
      const { printed, kind } = deviationOf("torchinfo_readme", model, "total_mult_adds_M")!;
      expect([printed, kind]).toEqual([total_mult_adds_M, "not expressible"]);
    },
  );
});
