import { describe, expect, test } from "vitest";
import { summarize } from "../../analysis/index.ts";
import * as nn from "../../nn/index.ts";
import { billions, expectPublished, millions, missing, note, rowsOf, summaryOf } from "../../testing/published.ts";
import { createModel } from "../index.ts";
import type { MnasNet } from "../mnasnet.ts";

const table = "thop_readme_torchvision";

interface Row {
  readonly model: string;
  readonly params_M: number;
  readonly gmacs: number;
}

const conv = (from: number, to: number, kernel: number, options: nn.ConvolutionOptions = {}) => [
  new nn.Conv2d(from, to, kernel, { padding: (kernel - 1) / 2, bias: false, ...options }),
  new nn.BatchNorm2d(to),
];

/** The network as torchvision had it when the table was made: the first layers had 32 and 16 channels at every width. */
function firstMnasNet(name: string): nn.Sequential {
  const { layers, classifier } = createModel(name).network as MnasNet;
  const [, second, ...others] = [...(layers.at(8) as nn.Sequential)];
  const channels = ([...(second as nn.Module & { layers: nn.Sequential }).layers][0] as nn.Conv2d).inChannels;
  return new nn.Sequential(
    ...conv(3, 32, 3, { stride: 2 }),
    ...[new nn.ReLU(), ...conv(32, 32, 3, { groups: 32 }), new nn.ReLU(), ...conv(32, 16, 1)],
    ...[...conv(16, 48, 1), new nn.ReLU(), ...conv(48, 48, 3, { groups: 48, stride: 2 }), new nn.ReLU()],
    ...conv(48, channels, 1),
    ...[second!, ...others, ...[...layers].slice(9)],
    ...[new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), classifier],
  );
}

describe.skipIf(missing)(`thop's README${note}`, () => {
  test.each(rowsOf<Row>(table))("$model", ({ model, params_M, gmacs }) => {
    const side = model === "inception_v3" ? 299 : 224;
    const { totals } = summaryOf(model, "thop", side);
    expectPublished(table, model, "params_M", params_M, millions(totals.parameters));
    const first = model.startsWith("mnasnet")
      ? summarize(firstMnasNet(model), [1, 3, side, side], { convention: "thop" }).totals
      : totals;
    expectPublished(table, model, "gmacs", gmacs, billions(first.macs));
  });

  test("the MnasNets of today are other ones; at width 1 both are the same", () => {
    expect(billions(summaryOf("mnasnet0_5", "thop").totals.macs)).toBe(0.12);
    expect(billions(summaryOf("mnasnet1_3", "thop").totals.macs)).toBe(0.56);
    const macs = summarize(firstMnasNet("mnasnet1_0"), [1, 3, 224, 224], { convention: "torchvision" }).totals.macs;
    expect(macs).toBe(summaryOf("mnasnet1_0", "torchvision").totals.macs);
  });

  test("the last version counts less: no row with large linear layers comes out as printed", () => {
    const rows = rowsOf<Row>(table).filter(({ model }) => model.startsWith("vgg") || model === "alexnet");
    for (const { model, gmacs } of rows) expect(summaryOf(model, "thop-head").totals.macs / 1e9).toBeLessThan(gmacs);
  });
});
