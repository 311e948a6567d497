import { beforeAll, describe, expect, test } from "vitest";
import { setDevice } from "../tensor/index.ts";
import { testDevices } from "../testing/devices.ts";
import { goldenCases } from "../testing/golden.ts";
import { goldenRuns } from "../testing/golden-training.ts";

describe.each(testDevices)("on %s, PyTorch's runs", (_device, make) => {
  beforeAll(() => setDevice(make()));

  for (const golden of [...goldenCases("optimizer"), ...goldenCases("training")]) {
    test(`${golden.name} ${JSON.stringify(golden.attrs)}`, () => goldenRuns[golden.op]!(golden), 120_000);
  }
});

describe("what is not understood fails", () => {
  const [sgd] = goldenCases("optimizer");

  test("an optimiser, an attribute, a tensor, a wrong number", async () => {
    setDevice(testDevices[0]![1]());
    const run = (changes: object) => goldenRuns.optimizer!({ ...sgd!, ...changes });
    await expect(run({ attrs: { ...sgd!.attrs, optimizer: "Lion" } })).rejects.toThrow("Lion is not understood");
    await expect(run({ attrs: { ...sgd!.attrs, foreach: true } })).rejects.toThrow("foreach are not understood");
    const more = new Map([...sgd!.tensors, ["bias", sgd!.tensors.get("weight")!]]);
    await expect(run({ tensors: more })).rejects.toThrow("bias are not understood");
    const losses = sgd!.tensors.get("losses")!;
    const wrong = new Map([...sgd!.tensors, ["losses", { ...losses, data: losses.data.map((x) => x * 1.0001) }]]);
    await expect(run({ tensors: wrong })).rejects.toThrow("optimizer_00 loss 0");
  });
});
