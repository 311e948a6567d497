import { expect, test } from "vitest";
import { gradients } from "../core/gradient.ts";
import { dataNode, type Node } from "../core/node.ts";
import * as nn from "../nn/index.ts";
import * as ops from "../ops/index.ts";
import { Adam } from "../optim/index.ts";
import { setDevice, Tensor } from "../tensor/index.ts";
import { randomNetwork } from "../testing/random-network.ts";
import type { Device, RunRequest } from "./device.ts";
import { GraphMemo } from "./graph-memo.ts";
import { planGraph } from "./plan-graph.ts";
import { EngineState } from "./state.ts";

/** Computes nothing, but compares each request's graph with the one that its text gives, when the request is made. */
class Recorder implements Device {
  readonly name = "none";
  readonly keys: string[] = [];
  /** The same array where a request was found to be built like an earlier one. */
  readonly nodes: unknown[] = [];
  readonly #memo = new GraphMemo();

  prepare(request: RunRequest) {
    const graph = this.#memo.graph(request);
    const expected = planGraph(request);
    expect(graph.key).toBe(expected.key);
    expect([graph.outputs, graph.writes]).toEqual([expected.outputs, expected.writes]);
    for (const part of ["data", "cells", "origins"] as const) {
      expect(graph[part].map((each, at) => each === expected[part][at])).toEqual(expected[part].map(() => true));
    }
    this.keys.push(graph.key);
    this.nodes.push(graph.nodes);
    return async () => request.outputs.map(({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1)));
  }
}

const leaf = (...shape: number[]) => dataNode(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

test("a request of known structure gets the graph that its text would give", async () => {
  const device = new Recorder();
  for (let turn = 0; turn < 2; turn++) {
    for (let seed = 0; seed < 30; seed++) {
      const { loss, outputs, leaves } = randomNetwork(seed);
      const grads = gradients(loss, ops.full([], 1), leaves, ops.add).filter((node) => node !== null);
      await new EngineState(device).values([loss, ...outputs, ...grads]);
    }
  }
  expect(device.keys.slice(30)).toEqual(device.keys.slice(0, 30));
  expect(device.nodes.filter((each, at) => device.nodes.indexOf(each) === at)).toHaveLength(30);
});

test("training steps bind the cells of their own network", async () => {
  const device = new Recorder();
  setDevice(device);
  const networks = [0, 1].map(() => new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2), new nn.ReLU()));
  const optimizers = networks.map((network) => new Adam(network.parameters(), { lr: 0.1 }));
  for (const at of [0, 1, 0, 1, 1, 0]) {
    optimizers[at]!.zeroGrad();
    networks[at]!.forward(new Tensor(leaf(2, 1, 5, 5)))
      .pow(2)
      .mean()
      .backward();
    await optimizers[at]!.step();
  }
  expect(device.keys).toHaveLength(6);
  expect(device.keys[4]).toBe(device.keys[5]);
  expect(device.nodes[4]).toBe(device.nodes[5]);
});

test("what differs in anything that a plan depends on is another graph", async () => {
  const device = new Recorder();
  const x = leaf(2, 3, 8, 8);
  const w = leaf(3, 3, 3, 3);
  const [a, b] = [leaf(4), leaf(4)];
  const make = (): Node[][] => [
    [ops.conv2d(x, w, null, { padding: 1 })],
    [ops.conv2d(x, w, null, { padding: 2 })],
    [ops.conv2d(x, w, null, { padding: 1, dilation: 2 })],
    [ops.conv2d(leaf(2, 3, 8, 9), w, null, { padding: 1 })],
    [ops.abs(a)],
    [ops.exp(a)],
    [ops.add(a, b)],
    [ops.add(a, a)],
    [ops.add(a, ops.constant(1))],
    [ops.add(a, ops.constant(2))],
    [ops.add(a, ops.constant(Number.POSITIVE_INFINITY))],
    [ops.add(a, ops.constant(Number.NEGATIVE_INFINITY))],
    [ops.mul(a, ops.constant(0))],
    [ops.mul(a, ops.constant(-0))],
    [ops.sub(a, b), ops.sub(b, a)],
    [ops.sub(a, b), ops.sub(b, b)],
  ];
  for (const outputs of [...make(), ...make()]) await new EngineState(device).values(outputs);
  const first = make().map((_, at) => at);
  expect(device.keys.map((key) => device.keys.indexOf(key))).toEqual([...first, ...first]);
});
