import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { createWasmDevice } from "../../devices/wasm/create.ts";
import { Espcn } from "../../models/index.ts";
import * as nn from "../../nn/index.ts";
import { wasmKernels } from "../../ops/wasm.ts";
import { cat, type Tensor } from "../../tensor/index.ts";
import { bandedDevice } from "../../testing/devices.ts";
import { summarize } from "../index.ts";
import { overlap, placeLabels } from "./labels.ts";
import { type Profile, type ProfileRow, profileNetwork } from "./profile.ts";
import { rooflineSvg } from "./roofline.ts";
import { logScale } from "./scale.ts";
import { middleHalf, spread } from "./statistics.ts";
import { percent } from "./wording.ts";

/** A clock on which every look takes as long as the one before, but for those that `extra` makes longer. */
function steadyClock(extra: (look: number) => number = () => 0): () => number {
  let [time, look] = [0, 0];
  return () => (time += 1 + extra(look++));
}

const device = createWasmDevice(wasmKernels, { threads: 2 });
const sum = (rows: readonly ProfileRow[], of: (row: ProfileRow) => number) =>
  rows.reduce((total, row) => total + of(row), 0);

class Net extends nn.Module {
  conv = new nn.Conv2d(2, 8, 3, { padding: 1 });
  norm = new nn.BatchNorm2d(8);
  relu = new nn.ReLU();
  pool = new nn.MaxPool2d(2);
  branch = new nn.Conv2d(8, 4, 1);
  head = new nn.Linear(12 * 16, 3);
  forward(x: Tensor): Tensor {
    const y = this.pool.forward(this.relu.forward(this.norm.forward(this.conv.forward(x))));
    return this.head.forward(cat([y, this.branch.forward(y)], 1).flatten(1));
  }
}

describe("a profile", async () => {
  const network = new Net().train();
  const profile = await profileNetwork(network, [2, 2, 8, 8], device, { runs: 5, now: steadyClock() });
  const row = (layer: string) => profile.rows.find((each) => each.layer === layer)!;

  test("its rows sum to the run, and have the exact FLOPs of the summary", () => {
    expect(sum(profile.rows, ({ milliseconds }) => milliseconds)).toBeCloseTo(profile.milliseconds, 9);
    expect(sum(profile.rows, ({ share }) => share)).toBeCloseTo(1, 9);
    const summary = summarize(network, [2, 2, 8, 8]);
    expect(profile.flops).toBe(summary.totals.flops);
    for (const { path, flops } of summary.layers) expect(row(path)?.flops ?? 0, path).toBe(flops);
    expect(profile.rows.every(({ milliseconds }) => milliseconds >= 0)).toBe(true);
  });

  test("layers that are fused into another have no time of their own, and it tells where they are", () => {
    expect(row("relu")).toMatchObject({ milliseconds: 0, within: "conv", gflops: null });
    expect(row("conv").within).toBeNull();
    expect(row("conv").passFlops).toBeGreaterThan(row("conv").flops);
    expect(row("branch").milliseconds).toBeGreaterThan(0);
  });

  test("time that belongs to no layer has rows of its own", () => {
    const kinds = profile.rows.filter(({ layer }) => layer === null).map(({ kind }) => kind);
    expect(kinds).toEqual(["layout", "dispatch", "recording"]);
  });

  test("rates follow from time, FLOPs and bytes", () => {
    const { passFlops, milliseconds, bytes, gflops, intensity, shareOfPeak, shareOfRoof, bound } = row("conv");
    const { peaks } = profile;
    expect(gflops).toBeCloseTo(passFlops / (1e6 * milliseconds), 12);
    expect(intensity).toBeCloseTo(passFlops / bytes, 12);
    expect(shareOfPeak).toBeCloseTo(gflops! / peaks.gflops, 12);
    const allowed = intensity! * peaks.gigabytesPerSecond;
    expect(bound).toBe(allowed < peaks.gflops ? "memory" : "compute");
    expect(shareOfRoof).toBeCloseTo(gflops! / Math.min(allowed, peaks.gflops), 12);
    // Input, packed weight with bias, output; the folded norm comes on top. The weight was packed before.
    expect(bytes).toBeGreaterThanOrEqual(4 * (2 * 2 * 64 + 2 * 8 * 64 + 8 * 2 * 9 + 8));
    expect(bytes).toBeLessThan(4 * (2 * 2 * 64 + 2 * 8 * 64 + 2 * 8 * 2 * 9));
  });

  test("the mode of the network is as it was, and nothing is timed afterwards", () => {
    expect(network.training && network.norm.training).toBe(true);
    expect(device.timer).toBeNull();
  });

  test("a steady clock is not noisy, a wild one is", async () => {
    expect(profile).toMatchObject({ noisy: false, threads: 2, device: "wasm", mode: "inference", runs: 5 });
    const wild = await profileNetwork(new Net(), [2, 2, 8, 8], device, {
      runs: 8,
      now: steadyClock((look) => (look % 37 === 0 ? 500 : 0)),
    });
    expect(wild.noisy).toBe(true);
  });
});

test("a training step: loss and update have their time, all ops their FLOPs", async () => {
  const told: [number, string][] = [];
  const profile = await profileNetwork(new Net(), [2, 2, 8, 8], device, {
    train: true,
    runs: 3,
    now: steadyClock(),
    onProgress: (...each) => told.push(each),
  });
  expect(sum(profile.rows, ({ milliseconds }) => milliseconds)).toBeCloseTo(profile.milliseconds, 9);
  expect(profile.flops).toBe(sum(profile.rows, ({ flops }) => flops));
  const forward = summarize(new Net(), [2, 2, 8, 8]);
  const conv = profile.rows.find(({ layer }) => layer === "conv")!;
  // Forward and weight gradient; the input needs none. The update comes on top.
  const own = forward.layers.find(({ path }) => path === "conv")!.flops;
  expect(conv.flops).toBeGreaterThan(1.9 * own);
  expect(conv.flops).toBeLessThan(2.5 * own);
  expect(profile.rows.some(({ kind }) => kind === "loss")).toBe(true);
  expect(profile.mode).toBe("training");
  expect(told).toContainEqual([2 / 3, "run 3 of 3"]);
  expect(told.at(-1)).toEqual([1, "3 runs"]);
});

test("a shape that does not fit names the layer, before anything runs", async () => {
  await expect(profileNetwork(new Net(), [2, 3, 8, 8], device)).rejects.toThrow(/^conv \(Conv2d 2→8/);
});

/** A profile of many layers, some alike. */
async function crowded(): Promise<Profile> {
  const profile = await profileNetwork(new Espcn(2), [1, 1, 9, 9], device, { runs: 1, now: steadyClock() });
  const [first] = profile.rows as [ProfileRow];
  const rows = Array.from({ length: 40 }, (_, at): ProfileRow => {
    const intensity = 0.3 + (at % 5) * 3;
    const gflops = 1 + (at % 7);
    const bound = at % 2 ? "memory" : "compute";
    return { ...first, layer: `stage<${at % 4}>.block & ${at}`, share: 1 / 40, intensity, gflops, bound };
  });
  return { ...profile, rows };
}

test("the roofline is well-formed SVG, and its labels overlap nothing", async () => {
  const svg = rooflineSvg(await crowded());
  const open = [...svg.matchAll(/<([a-z]+)(?:\s[^>]*[^/>])?>/g)].map(([, name]) => name).sort();
  const closed = [...svg.matchAll(/<\/([a-z]+)>/g)].map(([, name]) => name).sort();
  expect(open).toEqual(closed);
  expect(svg).toContain("stage&lt;0&gt;.block &amp; 0");
  expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
  expect([...svg.matchAll(/<(circle|rect)[^>]*><title>/g)]).toHaveLength(40);
  const { data, info } = await sharp(Buffer.from(svg)).flatten().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([1080, 720]);
  expect([...data.subarray(0, 3)], "a light ground").toEqual([255, 255, 255]);
});

test("what has no FLOPs is named below the roofline, as many as there is room for", async () => {
  const profile = await crowded();
  const absent = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      ...profile.rows[0]!,
      ...{ layer: `${name}${at}`, share: 0.01, gflops: null, intensity: null },
    }));
  const footer = (name: string, count: number) =>
    /Without FLOPs[^<]*/.exec(rooflineSvg({ ...profile, rows: [...profile.rows, ...absent(name, count)] }))?.[0];
  expect(footer("pool", 2)).toMatch(/^Without FLOPs, 2 % of the time: pool0 1 %, pool1 1 %\./);
  expect(footer("pool", 6)).toMatch(/: pool0 1 %, pool1 1 %, pool2 1 %, pool3 1 % and 2 more\./);
  expect(footer("features.".repeat(8), 6)).toMatch(/: (features\.){8}0 1 % and 5 more\./);
  expect(footer("features.".repeat(30), 6)).toMatch(/of the time: 6 more\./);
});

test("labels keep off each other and what is taken, and stay inside", () => {
  const area = { x: 0, y: 0, width: 300, height: 200 };
  const anchors = Array.from({ length: 12 }, (_, at) => ({
    x: 60 + 16 * at,
    y: 100,
    radius: 5,
    width: 60,
    height: 16,
  }));
  const taken = [{ x: 0, y: 0, width: 300, height: 40 }];
  const boxes = placeLabels(anchors, area, taken).flatMap((each) => (each ? [each.box] : []));
  expect(boxes.length).toBeGreaterThan(4);
  for (const [at, box] of boxes.entries()) {
    expect(box.x >= 0 && box.y >= 40 && box.x + box.width <= 300 && box.y + box.height <= 200).toBe(true);
    for (const other of boxes.slice(at + 1)) expect(overlap(box, other)).toBe(false);
  }
  expect(placeLabels([anchors[0]!], { x: 0, y: 0, width: 30, height: 30 }, [])).toEqual([null]);
});

test("scales, shares and middles", () => {
  const scale = logScale(1, 100, 0, 300);
  expect(scale.position(10)).toBeCloseTo(150, 9);
  expect(scale.ticks).toEqual([1, 2, 5, 10, 20, 50, 100]);
  expect(logScale(0.01, 1000, 0, 1).ticks).toEqual([0.01, 0.1, 1, 10, 100, 1000]);
  expect([0, 0.0004, 0.0431, 0.0996, 0.21, 0.996, 1, 1.004, 1.02].map(percent)).toEqual([
    "0 %",
    "0.04 %",
    "4.3 %",
    "10 %",
    "21 %",
    "<100 %",
    "100 %",
    ">100 %",
    "102 %",
  ]);
  expect(middleHalf([9, 1, 5, 2, 3, 4, 100, 6], (each) => each)).toEqual([3, 4, 5, 6]);
  expect(middleHalf([2, 1], (each) => each)).toEqual([1, 2]);
  expect(spread([10, 10, 10, 10])).toBe(0);
  expect(spread([5, 10, 15])).toBeCloseTo(0.5, 9);
});

test("steps that take turns in bands have each their own time", async () => {
  const banded = bandedDevice(2, { image: 100_000, chain: 700_000 });
  const profile = await profileNetwork(new Espcn(3), [1, 1, 70, 31], banded, { runs: 2, now: steadyClock() });
  // A tick of the clock for each part of a step.
  for (const layer of ["conv1", "conv2", "conv3"]) {
    const row = profile.rows.find((each) => each.layer === layer)!;
    expect(row.milliseconds).toBeGreaterThan(3);
    expect(row.flops).toBe(summarize(new Espcn(3), [1, 1, 70, 31]).layers.find(({ path }) => path === layer)!.flops);
  }
  expect(sum(profile.rows, ({ milliseconds }) => milliseconds)).toBeCloseTo(profile.milliseconds, 9);
  banded.pool.stop();
});
