import { describe, expect, test } from "vitest";
import { summarize } from "../../analysis/index.ts";
import * as nn from "../../nn/index.ts";
import { billions, expectPublished, millions, missing, note, rowsOf, summaryOf } from "../../testing/published.ts";

const table = "calflops_readme_torchvision";

interface Row {
  readonly model: string;
  readonly params_M: number;
  readonly params_total: number;
  readonly gflops: number;
  readonly flops_total: number;
  readonly gmacs: number;
  readonly macs_total: number;
}

/** Six digits, or as many as are printed. */
function toPrinted(value: number, printed: number): number {
  const digits = String(printed).replace(/0+$/, "").length;
  return Number(value.toPrecision(Math.max(6, digits)));
}

describe.skipIf(missing)(`calflops' README${note}`, () => {
  test.each(rowsOf<Row>(table))("$model", (row) => {
    const { macs, flops, parameters } = summaryOf(row.model, "calflops").totals;
    const ours = {
      params_M: millions(parameters),
      params_total: toPrinted(parameters, row.params_total),
      gflops: billions(flops),
      flops_total: toPrinted(flops, row.flops_total),
      gmacs: billions(macs),
      macs_total: toPrinted(macs, row.macs_total),
    };
    for (const [column, value] of Object.entries(ours)) {
      expectPublished(table, row.model, column, row[column as keyof Row], value);
    }
  });

  test("all digits that its convention names", () => {
    expect(summaryOf("vgg16", "calflops").totals.flops).toBe(30_973_778_432);
    expect(summaryOf("alexnet", "calflops").totals.flops).toBe(1_429_741_184);
  });

  test("the LeNet-5 of DeepSpeed's tests, whose profiler it has its formulas from", () => {
    const net = new nn.Sequential(
      ...[new nn.Conv2d(1, 6, 5), new nn.Tanh(), new nn.AvgPool2d(2)],
      ...[new nn.Conv2d(6, 16, 5), new nn.Tanh(), new nn.AvgPool2d(2)],
      ...[new nn.Conv2d(16, 120, 5), new nn.Tanh(), new nn.Flatten()],
      ...[new nn.Linear(120, 84), new nn.Tanh(), new nn.Linear(84, 10), new nn.Softmax(1)],
    );
    const { macs, flops } = summarize(net, [1, 1, 32, 32], { convention: "calflops" }).totals;
    expect([macs, flops]).toEqual([416_520, 845_778]);
  });
});
