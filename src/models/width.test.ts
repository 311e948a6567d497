import { expect, test } from "vitest";
import { summarize } from "../analysis/index.ts";
import { createModel, widthScalable } from "./index.ts";

const parametersOf = (name: string, widthMultiplier?: number) =>
  createModel(name, widthMultiplier === undefined ? {} : { widthMultiplier })
    .network.parameters()
    .reduce((sum, { numel }) => sum + numel, 0);

test("a multiplier gives the networks that have a name of their own", () => {
  expect(parametersOf("mnasnet1_0", 0.5)).toBe(parametersOf("mnasnet0_5"));
  expect(parametersOf("mnasnet0_5", 2)).toBe(parametersOf("mnasnet1_0"));
  expect(parametersOf("resnet50", 2)).toBe(parametersOf("wide_resnet50_2"));
  expect(parametersOf("resnet101", 2)).toBe(parametersOf("wide_resnet101_2"));
  // torchvision.models.mobilenet_v2(width_mult=0.5)
  expect(parametersOf("mobilenet_v2", 0.5)).toBe(1_968_680);
});

test.each(widthScalable)("%s: 1 changes nothing, less is less, more is more, and all run through", (name) => {
  const own = parametersOf(name);
  expect(parametersOf(name, 1)).toBe(own);
  for (const widthMultiplier of [0.01, 0.37, 1.6]) {
    const { network, inputHint } = createModel(name, { widthMultiplier });
    const { parameters } = summarize(network, inputHint).totals;
    if (widthMultiplier < 1) expect(parameters).toBeLessThan(own);
    else expect(parameters).toBeGreaterThan(own);
  }
});

test("refused", () => {
  expect(() => createModel("alexnet", { widthMultiplier: 2 })).toThrow(
    "alexnet: its width can't be varied. Those that can are espcn",
  );
  expect(() => createModel("resnet18", { widthMultiplier: 2 })).toThrow("resnet18: its width can't be varied");
  for (const widthMultiplier of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => createModel("espcn", { widthMultiplier })).toThrow(`needs a number above 0, got ${widthMultiplier}`);
  }
});
