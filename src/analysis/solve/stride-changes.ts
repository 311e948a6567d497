import type { Node } from "../../core/node.ts";
import { AvgPool2d, Conv2d, MaxPool2d, type Module } from "../../nn/index.ts";
import { FieldMap } from "../receptive-field.ts";
import { type Recording, recordNetwork } from "../recording.ts";
import { attempt, type FieldCase, type FieldChange, fieldSize, perKind } from "./field-case.ts";
import type { WindowLayer } from "./window-layers.ts";

/** Stride 2 in a layer that has none, by itself or taken from the next layer that has one: the first layers save most. */
export function strideChanges(given: FieldCase): FieldChange[] {
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
