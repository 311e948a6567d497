import type { Node } from "../../core/node.ts";
import { numel } from "../../core/shape.ts";
import { FieldMap } from "../receptive-field.ts";
import { attempt, type FieldCase, type FieldChange, fieldSize, perKind } from "./field-case.ts";
import { convsBehind, type Edit, reshapedConv, resizedPool, rewritten } from "./rewrite.ts";
import { strideChanges } from "./stride-changes.ts";
import type { WindowLayer } from "./window-layers.ts";

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

/** Every change that is proven to be enough, of each kind and layer the smallest. */
export function fieldChanges(given: FieldCase): FieldChange[] {
  const kinds = [kernels, dilations, moreLayers, depthwiseLayers].map((kind) => kind(given));
  return [...kinds.flatMap((kind) => cheapest(given, kind)), ...strideChanges(given)];
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
