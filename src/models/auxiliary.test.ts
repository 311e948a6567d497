import { beforeAll, expect, test } from "vitest";
import { ReferenceDevice } from "../devices/reference/device.ts";
import { setDevice, tensor, zeros } from "../tensor/index.ts";
import { transformInput } from "./blocks/transform-input.ts";
import { GoogLeNet, InceptionV3 } from "./index.ts";

beforeAll(() => setDevice(new ReferenceDevice()));

test("auxiliary heads give logits of their own", () => {
  const googlenet = new GoogLeNet({ numClasses: 7, auxLogits: true });
  const first = googlenet.forward(zeros([2, 3, 64, 64]), { auxiliary: true });
  expect(Object.values(first).map(({ shape }) => shape)).toEqual([
    [2, 7],
    [2, 7],
    [2, 7],
  ]);
  const inception = new InceptionV3({ numClasses: 5 });
  const second = inception.forward(zeros([2, 3, 299, 299]), { auxiliary: true });
  expect([second.logits.shape, second.aux.shape]).toEqual([
    [2, 5],
    [2, 5],
  ]);
});

test("a network without heads says so", () => {
  expect(() => new GoogLeNet().forward(zeros([2, 3, 64, 64]), { auxiliary: true })).toThrow(
    "GoogLeNet: has no heads. Make it with { auxLogits: true }.",
  );
  expect(() => new InceptionV3({ auxLogits: false }).forward(zeros([2, 3, 96, 96]), { auxiliary: true })).toThrow(
    "InceptionV3: has no head. Make it with { auxLogits: true }.",
  );
});

test("transformed input has the mean and the deviation 0.5 instead of ImageNet's", async () => {
  const picture = [0.2, 0.5, 0.9];
  const normalised = [(0.2 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.9 - 0.406) / 0.225];
  const output = await transformInput(tensor(normalised, [1, 3, 1, 1])).data();
  for (const [at, value] of picture.entries()) expect(output[at]).toBeCloseTo((value - 0.5) / 0.5, 6);
});
