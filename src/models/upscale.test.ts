import { afterAll, describe, expect, it } from "vitest";
import { channelPlane, fromPlanes, fromYcbcr, imresize, type RasterImage, toYcbcr } from "../data/index.ts";
import { ReferenceDevice, setDevice, wasmDevice } from "../index.ts";
import * as nn from "../nn/index.ts";
import { manualSeed, type Tensor, tensor } from "../tensor/index.ts";
import { haloOf } from "./halo.ts";
import { enlargePlane, spansOf } from "./tiles.ts";
import { upscaleImage } from "./upscale.ts";

const device = wasmDevice({ threads: 1 });
setDevice(device);
afterAll(() => setDevice(new ReferenceDevice()));

/** ESPCN's layers: a receptive field of 9, so a halo of 4. */
function espcn(scale: number): nn.Module & { forward(x: Tensor): Tensor } {
  manualSeed(7);
  return new nn.Sequential(
    new nn.Conv2d(1, 64, 5, { padding: 2 }),
    new nn.Tanh(),
    new nn.Conv2d(64, 32, 3, { padding: 1 }),
    new nn.Tanh(),
    new nn.Conv2d(32, scale ** 2, 3, { padding: 1 }),
    new nn.PixelShuffle(scale),
    new nn.Sigmoid(),
  );
}

function noise(width: number, height: number, channels: 1 | 2 | 3 | 4, bits: 8 | 16): RasterImage {
  const count = width * height * channels;
  const code = (_: unknown, index: number) => (Math.imul(index + 1, 2654435761) >>> 8) % (bits === 8 ? 256 : 65536);
  const data = bits === 8 ? Uint8Array.from({ length: count }, code) : Uint16Array.from({ length: count }, code);
  return { width, height, channels, bits, data };
}

/** The network on the whole plane at once. */
async function untiled(network: nn.Module & { forward(x: Tensor): Tensor }, image: RasterImage) {
  const { width, height } = image;
  const { y } = toYcbcr(image);
  network.eval();
  const output = network.forward(tensor(Float32Array.from(y.data), [1, 1, height, width]));
  return { width: output.shape[3]!, height: output.shape[2]!, data: (await output.data()) as Float32Array };
}

describe("spansOf", () => {
  it("covers an axis once, keeps origins aligned and never leaves the picture", () => {
    expect(spansOf(50, 16, 4)).toEqual([
      { from: 0, to: 16, start: 0, end: 24 },
      { from: 16, to: 32, start: 8, end: 40 },
      { from: 32, to: 48, start: 24, end: 50 },
      { from: 48, to: 50, start: 40, end: 50 },
    ]);
  });

  it("refuses a tile that kernels could not be aligned with", () => {
    expect(() => spansOf(50, 20, 4)).toThrow("upscale: the sides of a tile must be multiples of 8, got 20");
  });
});

describe("haloOf", () => {
  it("is the reach of the network's ops", () => {
    expect(haloOf(espcn(3), 3)).toBe(4);
    expect(haloOf(new nn.Conv2d(1, 1, 21, { padding: 10 }), 1)).toBe(10);
    // Strided: the windows of neighbouring outputs start at even pixels.
    const strided = new nn.Sequential(
      new nn.Conv2d(1, 4, 3, { stride: 2, padding: 1 }),
      new nn.Conv2d(4, 16, 3, { padding: 1 }),
      new nn.PixelShuffle(4),
      new nn.Conv2d(1, 1, 1),
    );
    expect(haloOf(strided, 2)).toBe(4);
  });

  it("refuses a network that sees everything", () => {
    const global = new nn.Sequential(new nn.AdaptiveAvgPool2d(1), new nn.Upsample({ size: 1024 }));
    expect(() => haloOf(global, 2)).toThrow("every pixel depends on the whole picture");
  });
});

describe("enlargePlane in tiles", () => {
  it.each([
    [2, 53, 37],
    [3, 64, 41],
    [3, 7, 90],
    [4, 33, 33],
    [3, 1, 1],
  ])("x%i of %ix%i gives the bits of the whole picture", async (scale, width, height) => {
    const network = espcn(scale);
    const image = noise(width, height, 1, 8);
    const whole = await untiled(network, image);
    for (const [tileWidth, tileHeight] of [
      [8, 8],
      [16, 24],
      [24, 16],
      [56, 8],
    ] as const) {
      const tile = { width: tileWidth, height: tileHeight };
      const tiled = await enlargePlane(network, channelPlane(image, 0), { scale, tile });
      expect([tiled.width, tiled.height]).toEqual([width * scale, height * scale]);
      expect(Buffer.from(tiled.data.buffer).equals(Buffer.from(whole.data.buffer))).toBe(true);
    }
  });

  it("gives them behind many layers whose outputs are rounded together, of any size", async () => {
    manualSeed(3);
    const layers = Array.from({ length: 4 }, () => [new nn.Conv2d(8, 8, 3, { padding: 1 }), new nn.Tanh()]);
    const last = new nn.ConvTranspose2d(8, 4, 3, { padding: 1 });
    const network = new nn.Sequential(
      new nn.Conv2d(1, 8, 3, { padding: 1 }),
      ...layers.flat(),
      last,
      new nn.PixelShuffle(2),
    );
    const tile = { width: 8, height: 8 };
    for (const [width, height] of [
      [61, 50],
      [90, 9],
      [70, 5],
    ] as const) {
      const image = noise(width, height, 1, 8);
      const whole = await untiled(network, image);
      const tiled = await enlargePlane(network, channelPlane(image, 0), { scale: 2, tile });
      expect(Buffer.from(tiled.data.buffer).equals(Buffer.from(whole.data.buffer)), `${width}x${height}`).toBe(true);
    }
  });

  it("does so with the tiles that it chooses itself", async () => {
    const network = espcn(2);
    const image = noise(390, 262, 1, 8);
    const whole = await untiled(network, image);
    const tiled = await enlargePlane(network, channelPlane(image, 0), { scale: 2 });
    expect(Buffer.from(tiled.data.buffer).equals(Buffer.from(whole.data.buffer))).toBe(true);
  });

  it("would not, with a halo that is too small", async () => {
    const network = new nn.Conv2d(1, 1, 21, { padding: 10 });
    const image = noise(48, 48, 1, 8);
    const whole = await untiled(network, image);
    const tile = { width: 16, height: 16 };
    const small = await enlargePlane(network, channelPlane(image, 0), { scale: 1, halo: 8, tile });
    expect(small.data).not.toEqual(whole.data);
    const enough = await enlargePlane(network, channelPlane(image, 0), { scale: 1, tile });
    expect(enough.data).toEqual(whole.data);
  });

  it("says so when the network does not enlarge by that much", async () => {
    const plane = channelPlane(noise(5, 4, 1, 8), 0);
    await expect(enlargePlane(espcn(2), plane, { scale: 3 })).rejects.toThrow(
      "Sequential: must make [1, 1, 12, 15] of [1, 1, 4, 5] to enlarge 3 times, got output [1, 1, 8, 10]",
    );
  });
});

describe("upscaleImage", () => {
  const tile = { width: 16, height: 8 };

  it.each([
    [1, 8],
    [2, 8],
    [3, 8],
    [4, 8],
    [1, 16],
    [2, 16],
    [3, 16],
    [4, 16],
  ] as const)("%i channels of %i bits: network on Y, bicubic on the rest", async (channels, bits) => {
    const image = noise(29, 27, channels, bits);
    const network = espcn(3);
    const y = await untiled(network, image);
    const { chroma, alpha } = toYcbcr(image);
    const expected = fromYcbcr(
      {
        y: { ...y, data: Float64Array.from(y.data) },
        chroma: chroma && { cb: imresize(chroma.cb, 3), cr: imresize(chroma.cr, 3) },
        alpha: alpha && imresize(alpha, 3),
      },
      bits,
    );
    const progress: string[] = [];
    const onProgress = (done: number, total: number) => progress.push(`${done}/${total}`);
    expect(await upscaleImage(image, network, { scale: 3, tile, onProgress })).toEqual(expected);
    expect(progress).toEqual(["1/8", "2/8", "3/8", "4/8", "5/8", "6/8", "7/8", "8/8"]);
  });

  it.each(["bicubic", "bilinear", "nearest"] as const)("%s resamples each channel", async (method) => {
    for (const image of [noise(29, 27, 4, 8), noise(13, 21, 2, 16), noise(1, 1, 3, 8)]) {
      const planes = Array.from({ length: image.channels }, (_, channel) =>
        imresize(channelPlane(image, channel), 2, { method }),
      );
      expect(await upscaleImage(image, method, { scale: 2, tile })).toEqual(fromPlanes(planes, image.bits));
    }
  });

  it("refuses to store a network's NaN", async () => {
    const network = espcn(2);
    const [bias] = network.parameters().slice(-1);
    bias!.set(new Float32Array(bias!.numel).fill(Number.NaN));
    await expect(upscaleImage(noise(8, 8, 1, 8), network, { scale: 2 })).rejects.toThrow(
      "The network's output is not finite",
    );
  });
});
