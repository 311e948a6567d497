import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../test/shared-data.ts";
import { callCli } from "../testing/call-cli.ts";

const weights = sharedData("weights");
const [mnist, set5] = [sharedData("data/mnist"), sharedData("data/Set5")];

describe.skipIf(weights.missing || mnist.missing || set5.missing)(`published ONNX files${weights.note}`, () => {
  it.each(["mnist-onnxjs-demo", "opt-mnist-wonnx"])(
    "tell digits apart: %s",
    async (name) => {
      const file = `${weights.path}/onnx/${name}.onnx`;
      const { good, out, err } = await callCli("evaluate", file, "--data", mnist.path, "--range", "255", "--json");
      expect(good, err).toBe(true);
      expect(JSON.parse(out).accuracy).toBeCloseTo(98.91, 5);
    },
    120_000,
  );

  it("enlarge pictures", async () => {
    const file = `${weights.path}/war-keeper/best_x3.onnx`;
    const { good, out, err } = await callCli("evaluate", file, "--data", set5.path, "--json");
    expect(good, err).toBe(true);
    expect(Math.abs(JSON.parse(out).mean.psnr - 31.48)).toBeLessThan(0.03);
    const wrong = await callCli("evaluate", file, "--data", set5.path, "--scale", "2");
    expect(wrong.err).toMatch(/enlarges pictures 3 times, not 2\. Leave --scale out\./);
  }, 60_000);
});

/** Their networks have no sigmoid behind the last convolution. */
const theirNetwork = `import { nn } from "convsmith";
export default class Theirs extends nn.Module {
  features = new nn.Sequential(new nn.Conv2d(1, 64, 5, { padding: 2 }), new nn.Tanh(), new nn.Conv2d(64, 32, 3, { padding: 1 }), new nn.Tanh());
  head = new nn.Sequential(new nn.Conv2d(32, 9, 3, { padding: 1 }), new nn.PixelShuffle(3));
  forward(x) { return this.head.forward(this.features.forward(x)); }
}`;

describe.skipIf(weights.missing || set5.missing)(`published PyTorch files${weights.note}${set5.note}`, () => {
  it.each([
    ["anujdutt9/best_model.pth", "feature_map_layer->features", "sub_pixel_layer->head", 32.48],
    ["yjn870/espcn_x3.pth", "first_part->features", "last_part->head", 32.25],
  ])(
    "%s enlarges pictures",
    async (file, features, head, psnr) => {
      const folder = await mkdtemp(join(tmpdir(), "convsmith-"));
      try {
        await writeFile(join(folder, "net.ts"), theirNetwork);
        const module = ["--module", join(folder, "net.ts"), "--rename", features, head, "--scale", "3"];
        const { good, out, err } = await callCli(
          "evaluate",
          `${weights.path}/${file}`,
          ...module,
          "--data",
          set5.path,
          "--json",
        );
        expect(good, err).toBe(true);
        expect(Math.abs(JSON.parse(out).mean.psnr - psnr)).toBeLessThan(0.03);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
