import { expect, it } from "vitest";
import { workloads } from "../workloads/index.ts";
import { listConvolutions } from "./convolutions.ts";
import { directFlops, workloadGraph } from "./network.ts";
import { partOf } from "./workload.ts";

const flopsOf = (name: string) => directFlops(workloadGraph(workloads.find((each) => each.name.startsWith(name))!));

it("counts products that are summed, and not those that weigh pixels when a picture is enlarged", () => {
  expect(flopsOf("bicubic")).toBe(0);
  expect(flopsOf("bilinear")).toBe(0);
  expect(flopsOf("pixel-shuffle")).toBe(0);
  // Each of the 256 x 256 pixels of 16 channels goes into 4 x 4 outputs of 16 channels.
  expect(flopsOf("transposed-convolution")).toBe(2 * 256 * 256 * 16 * 16 * 16);
  expect(flopsOf("resnet18-forward")).toBe(2 * 1_814_073_344);
});

it("takes a part of a batch to a peer whose whole step takes too long", () => {
  const whole = workloads.find(({ name }) => name === "conv5x5-training-16x1x32x32")!;
  expect(directFlops(workloadGraph(partOf(whole, 4)))).toBe(directFlops(workloadGraph(whole)) / 4);
});

it("lists the square convolutions with Winograd's kernels and without, each with its target", () => {
  const square = listConvolutions().filter(({ target }) => target !== null);
  expect(square.map(({ direct, target }) => [direct, target])).toEqual([
    [false, 2.4],
    [false, 2],
    [false, 2],
    [true, 0.8],
    [true, 0.75],
    [true, 0.75],
  ]);
  expect(new Set(listConvolutions().map(({ name }) => name)).size).toBe(listConvolutions().length);
});

it("gives every workload a name of its own and every peer a target on some Node", () => {
  expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length);
  for (const { peers } of workloads) {
    for (const { node20, node24 } of Object.values(peers)) expect(node20 ?? node24).toBeGreaterThan(0);
  }
});
