import { expect, test } from "vitest";
import { closestNames } from "./names.ts";

test("close names first, whatever the case", () => {
  expect(closestNames("resnet5", ["alexnet", "resnet50", "resnet18", "vgg16"], 2)).toEqual(["resnet50", "resnet18"]);
  expect(closestNames("CONV1", ["fc", "conv1"], 1)).toEqual(["conv1"]);
});
