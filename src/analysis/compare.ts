import type { Node, Scope } from "../core/node.ts";
import { type Shape, sameShape } from "../core/shape.ts";
import type { Module } from "../nn/index.ts";
import { engine, noGrad, type Tensor } from "../tensor/index.ts";
import { align } from "./align.ts";
import { type Network, recordCall } from "./recording.ts";

/** How far two tensors are from each other. */
export interface Distance {
  /** The largest |a - b|. */
  readonly absolute: number;
  /** `absolute`, divided by the largest |a|; 0 where they are equal. */
  readonly relative: number;
}

/** A layer of one network and the one of the other that stands for it; null: the other has none. */
export interface ComparedLayer {
  /** Path of the layer, with the number of its call where it is called more than once: "layer1.0.relu (2)". */
  readonly a: string | null;
  readonly b: string | null;
  readonly shape: Shape;
  /** Null where there is nothing to compare with. */
  readonly distance: Distance | null;
}

export interface Comparison {
  /** How layers found each other: by their paths, or in order, by the shapes and numbers of their outputs. */
  readonly matchedBy: "name" | "order";
  readonly layers: readonly ComparedLayer[];
  readonly output: Distance;
}

interface LayerOutput {
  readonly name: string;
  /** Of its last op. */
  readonly op: string;
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

/**
 * Runs two networks on one input, in evaluation mode, and tells how far their outputs and those of their layers lie apart.
 * `tolerance`: relative distances up to it count as equal where layers are matched in order. Default 1e-4.
 * Outputs of different shapes are infinitely far apart. @throws ShapeError for an input that a network does not take.
 * @example
 * import { nn, randn } from "convsmith";
 * import { compareNetworks } from "convsmith/analysis";
 * const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.ReLU());
 * const { output, matchedBy } = await compareNetworks(net, net, randn([1, 1, 8, 8]));
 * console.log(output.absolute, matchedBy); // 0 name
 */
export async function compareNetworks(a: Network, b: Network, input: Tensor, tolerance = 1e-4): Promise<Comparison> {
  const [left, right] = [await outputsOf(a, input), await outputsOf(b, input)];
  const alike =
    left.shapes.length === right.shapes.length && left.shapes.every((each, at) => sameSize(each, right.shapes[at]!));
  const ofA = new Map(left.layers.map((layer) => [layer.name, layer]));
  const shared = right.layers.filter(({ name, shape }) => sameShape(ofA.get(name)?.shape ?? [-1], shape));
  const byName = shared.length > 0 && 2 * shared.length >= Math.min(left.layers.length, right.layers.length);
  const likeness = (x: LayerOutput, y: LayerOutput): number => {
    if (!sameSize(x.shape, y.shape)) return 0;
    if (byName) return x.name === y.name ? 1 : 0;
    // A norm that was folded away leaves fewer layers: those with the same numbers belong together.
    return distance(x.values, y.values).relative <= tolerance ? 4 : x.op === y.op ? 1 : 0;
  };
  const layers = align(left.layers, right.layers, likeness).map((pair): ComparedLayer => {
    const both = pair.a && pair.b;
    return {
      a: pair.a?.name ?? null,
      b: pair.b?.name ?? null,
      shape: (pair.a ?? pair.b)!.shape,
      distance: both ? distance(pair.a!.values, pair.b!.values) : null,
    };
  });
  return {
    matchedBy: byName ? "name" : "order",
    layers,
    output: alike ? distance(left.output, right.output) : farthest,
  };
}

const farthest: Distance = { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };

/** Of different lengths: infinite. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): Distance {
  let absolute = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const apart = Object.is(a[at], b[at]) ? 0 : Math.abs(a[at]! - b[at]!);
    // A number that is none differs from every other, and an infinity from what is less.
    absolute = Math.max(absolute, Number.isNaN(apart) && a[at] !== b[at] ? Number.POSITIVE_INFINITY : apart || 0);
    largest = Math.max(largest, Number.isFinite(a[at]) ? Math.abs(a[at]!) : 0);
  }
  return { absolute, relative: absolute === 0 ? 0 : absolute / (largest || 1) };
}

/** An ONNX graph may flatten what a module gives as [N, C, 1, 1]. */
const sameSize = (a: Shape, b: Shape) =>
  a.filter((size) => size !== 1).join() === b.filter((size) => size !== 1).join();

async function outputsOf(network: Network, input: Tensor) {
  const { order, outputs, error } = noGrad(() => recordCall(network, input));
  if (error !== null) throw error;
  const found = layersOf(network, order);
  const values = await engine().values([...found.map(({ node }) => node), ...outputs]);
  const layers = found.map(
    ({ name, node }, at): LayerOutput => ({ name, op: node.op.name, shape: node.shape, values: values[at]! }),
  );
  const ofOutputs = values.slice(found.length);
  const output = new Float32Array(ofOutputs.reduce((sum, each) => sum + each.length, 0));
  let start = 0;
  for (const each of ofOutputs) {
    output.set(each, start);
    start += each.length;
  }
  return { layers, output, shapes: outputs.map(({ shape }) => shape) };
}

/** The last node of each call of a module without modules inside. */
function layersOf(network: Network, order: readonly Node[]): { readonly name: string; readonly node: Node }[] {
  const paths = new Map<object, string>();
  for (const [path, module] of network.namedModules()) if (module.children().length === 0) paths.set(module, path);
  const calls = new Map<Scope, Node>();
  for (const node of order) {
    let scope = node.scope;
    while (scope && !paths.has(scope.module)) scope = scope.outer;
    if (scope && node.op.kind !== "leaf" && node.id > (calls.get(scope)?.id ?? 0)) calls.set(scope, node);
  }
  const counts = new Map<Module | object, number>();
  return [...calls]
    .sort(([, a], [, b]) => a.id - b.id)
    .map(([{ module }, node]) => {
      const call = (counts.get(module) ?? 0) + 1;
      counts.set(module, call);
      return { name: call === 1 ? paths.get(module)! : `${paths.get(module)} (${call})`, node };
    });
}
