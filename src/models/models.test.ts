import { beforeAll, expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import { setDevice, zeros } from "../tensor/index.ts";
import { createModel } from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

// Parameter counts: Co (Ci kw kh + 1) for a convolution with bias, I O + O for a linear layer, 2 C for batch norm.
test.each([
  ["espcn", { scale: 3 }, 22_729, [1, 1, 51, 51]],
  ["espcn", { scale: 4 }, 64 * 26 + 32 * 577 + 16 * 289, [1, 1, 68, 68]],
  ["srcnn", {}, 64 * 82 + 32 * 65 + 801, [1, 1, 33, 33]],
  [
    "fsrcnn",
    { scale: 2 },
    56 * 26 + 56 + 12 * 57 + 12 + 4 * (12 * 109 + 12) + 56 * 13 + 56 + 56 * 81 + 1,
    [1, 1, 34, 34],
  ],
  ["lenet5", {}, 61_706, [1, 10]],
  ["mnistCnn", { classes: 4 }, 144 + 32 + 4608 + 64 + 1568 * 128 + 128 + 128 * 4 + 4, [1, 4]],
] as const)("%s %o", (name, options, parameters, output) => {
  const { network, inputHint } = createModel(name, options);
  expect(network.parameters().reduce((sum, each) => sum + each.numel, 0)).toBe(parameters);
  expect(network.forward(zeros(inputHint)).shape).toEqual(output);
});

test("an unknown name or scale is refused", () => {
  expect(() => createModel("vgg")).toThrow("no network is called vgg. Close are vgg11, vgg13, vgg16, vgg19, ");
  expect(() => createModel("espcn", { scale: 0 })).toThrow(/espcn: scale needs/);
});
