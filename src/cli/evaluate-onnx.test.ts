import { describe, expect, it } from "vitest";
import { sharedData } from "../../test/shared-data.ts";
import { callCli } from "../testing/call-cli.ts";

const weights = sharedData("weights");
const [mnist, set5] = [sharedData("data/mnist"), sharedData("data/Set5")];

describe.skipIf(weights.missing || mnist.missing || set5.missing)(`published ONNX files${weights.note}`, () => {
  it("tell digits apart", async () => {
    const file = `${weights.path}/onnx/opt-mnist-wonnx.onnx`;
    const { good, out, err } = await callCli("evaluate", file, "--data", mnist.path, "--range", "255", "--json");
    expect(good, err).toBe(true);
    expect(JSON.parse(out).accuracy).toBeCloseTo(98.91, 5);
  }, 120_000);

  it("enlarge pictures", async () => {
    const file = `${weights.path}/war-keeper/best_x3.onnx`;
    const { good, out, err } = await callCli("evaluate", file, "--data", set5.path, "--json");
    expect(good, err).toBe(true);
    expect(Math.abs(JSON.parse(out).mean.psnr - 31.48)).toBeLessThan(0.03);
    const wrong = await callCli("evaluate", file, "--data", set5.path, "--scale", "2");
    expect(wrong.err).toMatch(/enlarges pictures 3 times, not 2\. Leave --scale out\./);
  }, 60_000);
});
