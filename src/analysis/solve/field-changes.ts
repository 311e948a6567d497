import type { Node } from "../../core/node.ts";
import { numel, type Shape } from "../../core/shape.ts";
import { AvgPool2d, Conv2d, MaxPool2d, type Module } from "../../nn/index.ts";
import { FieldMap } from "../receptive-field.ts";
import { type Network, type Recording, recordNetwork } from "../recording.ts";
import { fieldSize } from "./field.ts";
import { convsBehind, type Edit, reshapedConv, resizedPool, rewritten } from "./rewrite.ts";
import type { WindowLayer } from "./window-layers.ts";

/** A network whose field is wanted at a node, and the layers that may be changed. */
export interface FieldCase {
  readonly network: Network;
  readonly inputShape: Shape;
  readonly recording: Recording;
  readonly fields: FieldMap;
  readonly target: Node;
  readonly layers: readonly WindowLayer[];
  readonly want: number;
}

/** A changed network in which the node sees enough. */
export interface FieldChange {
  readonly layer: string;
  readonly change: string;
  readonly recording: Recording;
  readonly target: Node;
  readonly parametersAdded: number;
  readonly coarser: boolean;
}

/** One kind of change of one layer, by how much of it: the more, the larger the field. */
interface Kind {
  readonly layer: WindowLayer;
  /** What one step adds to the field at most. */
  readonly perStep: number;
  /** FLOPs that one step adds at least, to try the cheapest layers first. */
  readonly price: number;
  readonly most: number;
  readonly edit: (steps: number) => Edit;
  readonly change: (steps: number) => string;
  readonly parameters: (steps: number) => number;
}

/** Of each kind of change, as many layers as this are proven: those where it costs least. */
const perKind = 8;

/** Every change that is proven to be enough, of each kind and layer the smallest. */
export function fieldChanges(given: FieldCase): FieldChange[] {
  const kinds = [kernels, dilations, moreLayers, depthwiseLayers].map((kind) => kind(given));
  return [...kinds.flatMap((kind) => cheapest(given, kind)), ...strides(given)];
}

function cheapest(given: FieldCase, kinds: readonly Kind[]): FieldChange[] {
  const missing = given.want - fieldSize(given.fields, given.target);
  const steps = (kind: Kind) => Math.ceil(missing / kind.perStep);
  // A layer on one branch of several may take more steps; never fewer.
  const rising = kinds
    .filter((kind) => steps(kind) <= kind.most)
    .sort((a, b) => a.price * steps(a) - b.price * steps(b) || steps(a) - steps(b));
  const found: FieldChange[] = [];
  for (const kind of rising) {
    if (found.length === perKind) break;
    const change = smallestChange(given, kind, steps(kind));
    if (change) found.push(change);
  }
  return found;
}

/** More steps give a larger field: the fewest that are enough, by doubling and halving. */
function smallestChange(given: FieldCase, kind: Kind, least: number): FieldChange | null {
  let below = least - 1;
  let enough = least;
  let found = changed(given, kind, enough);
  while (!found && enough < kind.most) {
    below = enough;
    enough = Math.min(kind.most, enough * 2);
    found = changed(given, kind, enough);
  }
  while (found && enough - below > 1) {
    const middle = Math.floor((below + enough) / 2);
    const smaller = changed(given, kind, middle);
    if (smaller) [enough, found] = [middle, smaller];
    else below = middle;
  }
  return found;
}

function changed({ recording, target, want }: FieldCase, kind: Kind, steps: number): FieldChange | null {
  const edits = new Map(kind.layer.nodes.map((node) => [node, kind.edit(steps)]));
  const result = attempt(() => rewritten(recording, edits));
  if (!result) return null;
  const at = result.of(target);
  if (fieldSize(new FieldMap(result.recording), at) < want) return null;
  const parametersAdded = kind.parameters(steps);
  const { path: layer } = kind.layer;
  return {
    layer,
    change: kind.change(steps),
    recording: result.recording,
    target: at,
    parametersAdded,
    coarser: false,
  };
}

/** Null where the changed sizes no longer fit. */
function attempt<T>(body: () => T): T | null {
  try {
    return body();
  } catch {
    return null;
  }
}

/** Pixels of the input from one position of a node to the next. */
function strideAt({ fields, recording }: FieldCase, node: Node): number {
  return node === recording.input ? 1 : (fields.field(node)?.height.stride ?? 1);
}

const planeOf = (node: Node) => numel(node.shape.slice(2));
const largestKernel = 63;
const largestDilation = 64;

function kernels(given: FieldCase): Kind[] {
  return given.layers.flatMap((layer): Kind[] => {
    const { kernel, dilation, kind } = layer;
    const [node] = layer.nodes as [Node];
    const pairs = kind === "conv" ? numel(node.inputs[1]!.shape.slice(0, 2)) : 0;
    const grown = (steps: number) => kernel + 2 * steps;
    return [
      {
        layer,
        perStep: 2 * dilation * strideAt(given, node.inputs[0]!),
        price: pairs * planeOf(node) * 8 * kernel,
        most: Math.floor((largestKernel - kernel) / 2),
        edit: (steps) => (kind === "conv" ? reshapedConv(grown(steps), dilation) : resizedPool(grown(steps))),
        change: (steps) => `kernel ${kernel} → ${grown(steps)}, padding + ${steps * dilation}`,
        parameters: (steps) => pairs * (grown(steps) ** 2 - kernel ** 2),
      },
    ];
  });
}

function dilations(given: FieldCase): Kind[] {
  return given.layers.flatMap((layer): Kind[] => {
    const { kernel, dilation, kind } = layer;
    if (kind !== "conv" || kernel === 1) return [];
    // Of an even kernel every other dilation keeps the size with equal padding.
    const step = kernel % 2 === 1 ? 1 : 2;
    const [node] = layer.nodes as [Node];
    const grown = (steps: number) => dilation + step * steps;
    return [
      {
        layer,
        perStep: step * (kernel - 1) * strideAt(given, node.inputs[0]!),
        price: 0,
        most: Math.floor((largestDilation - dilation) / step),
        edit: (steps) => reshapedConv(kernel, grown(steps)),
        change: (steps) => `dilation ${dilation} → ${grown(steps)}, padding + ${(steps * step * (kernel - 1)) / 2}`,
        parameters: () => 0,
      },
    ];
  });
}

function moreLayers(given: FieldCase): Kind[] {
  return given.layers.map((layer): Kind => {
    const [node] = layer.nodes as [Node];
    const channels = node.shape[1]!;
    return {
      layer,
      perStep: 2 * strideAt(given, node),
      price: 18 * channels ** 2 * planeOf(node),
      most: 16,
      edit: (steps) => convsBehind(steps, 3, 1),
      change: (steps) => `${steps} more Conv2d ${channels}→${channels}, 3×3 behind it`,
      parameters: (steps) => steps * layer.nodes.length * channels * (9 * channels + 1),
    };
  });
}

function depthwiseLayers(given: FieldCase): Kind[] {
  return given.layers.map((layer): Kind => {
    const [node] = layer.nodes as [Node];
    const channels = node.shape[1]!;
    const kernel = (steps: number) => 2 * steps + 1;
    return {
      layer,
      perStep: 2 * strideAt(given, node),
      price: 18 * channels * planeOf(node),
      most: (largestKernel - 1) / 2,
      edit: (steps) => convsBehind(1, kernel(steps), channels),
      change: (steps) => `1 more depthwise Conv2d ${channels}, ${kernel(steps)}×${kernel(steps)} behind it`,
      parameters: (steps) => layer.nodes.length * channels * (kernel(steps) ** 2 + 1),
    };
  });
}

/** Stride 2 in a layer that has none, by itself or taken from the next layer that has one: the first layers save most. */
function strides(given: FieldCase): FieldChange[] {
  const { fields, target, network } = given;
  const paths = network.namedModules();
  const layers = given.layers.filter(({ path }) => strided(paths.get(path)));
  const seen = fieldSize(fields, target);
  const alone: FieldChange[] = [];
  const moved: FieldChange[] = [];
  for (const [at, layer] of layers.entries()) {
    if (layer.stride !== 1) continue;
    const module = paths.get(layer.path) as Strided;
    // At most, all that is added behind the layer doubles.
    const most = 2 * seen - fieldSize(fields, layer.nodes[0]!);
    if (most >= given.want && alone.length < perKind)
      alone.push(...withStrides(given, [[module, 2]], layer, "stride 1 → 2"));
    const later = layers.slice(at + 1, at + 1 + nearby).find(({ stride }) => stride > 1);
    if (!later || moved.length >= perKind) continue;
    const pair: [Strided, number][] = [
      [module, later.stride],
      [paths.get(later.path) as Strided, 1],
    ];
    moved.push(...withStrides(given, pair, layer, `stride 1 → ${later.stride}, taken from ${later.path}`));
  }
  return [...alone, ...moved];
}

/** A stride moves over as many layers at most. */
const nearby = 4;

type Strided = Conv2d | MaxPool2d | AvgPool2d;

const strided = (module?: Module): module is Strided =>
  module instanceof Conv2d || module instanceof MaxPool2d || module instanceof AvgPool2d;

/** Sizes that a forward reads off its tensors change, too: the network itself is recorded, with other options for that long. */
function withStrides(
  { network, inputShape, recording, target, want }: FieldCase,
  changes: readonly (readonly [Strided, number])[],
  { path }: WindowLayer,
  change: string,
): FieldChange[] {
  const before = changes.map(([module]) => module.options);
  for (const [module, stride] of changes) Object.assign(module, { options: { ...module.options, stride } });
  const result = attempt(() => recordNetwork(network, inputShape));
  for (const [at, [module]] of changes.entries()) Object.assign(module, { options: before[at] });
  const found = result && counterpart(recording, result, target);
  if (!found || fieldSize(new FieldMap(result), found) < want) return [];
  return [{ layer: path, change, recording: result, target: found, parametersAdded: 0, coarser: true }];
}

/** The node at the same place of another recording of the same network. */
function counterpart(before: Recording, after: Recording, node: Node): Node | null {
  const found = after.order[before.order.indexOf(node)];
  return after.order.length === before.order.length && found?.op === node.op ? found : null;
}
