import { ArgumentError } from "../../core/errors.ts";
import { closestNames } from "../../core/names.ts";
import type { Node } from "../../core/node.ts";
import type { Shape } from "../../core/shape.ts";
import { costOf, sumCounts } from "../cost.ts";
import { needWhole } from "../formulas/formula.ts";
import { FieldMap } from "../receptive-field.ts";
import { type Network, type Recording, recordNetwork } from "../recording.ts";
import { fieldSize } from "./field-case.ts";
import { fieldChanges } from "./field-changes.ts";
import { lastNodeOf, windowLayers } from "./window-layers.ts";

/** A change of one layer, and what it does to the network. */
export interface FieldAnswer {
  /** The layer that is changed, or behind which one is added. */
  readonly layer: string;
  /** "kernel 3 → 7, padding + 2" */
  readonly change: string;
  /** The receptive field that results, in pixels: the smaller of height and width. */
  readonly field: number;
  readonly parametersAdded: number;
  readonly flopsAdded: number;
  /** Operations that are no FLOPs, such as the comparisons of a max pooling. */
  readonly otherAdded: number;
  readonly outputShape: Shape;
  /** A stride was changed: layers behind it have fewer positions than before. */
  readonly coarser: boolean;
}

export interface FieldSolution {
  /** The layer whose field is wanted. */
  readonly layer: string;
  /** What it sees as the network is. */
  readonly field: number;
  readonly want: number;
  readonly flops: number;
  readonly parameters: number;
  /** The cheapest first; empty where the network sees as much already. */
  readonly answers: readonly FieldAnswer[];
}

/** How answers are ranked, in the order of the rules. */
export const fieldRules: readonly string[] = [
  "no layer becomes coarser",
  "fewest operations added: FLOPs, and comparisons of poolings",
  "fewest parameters added",
  "smallest field that is enough",
];

/**
 * The cheapest changes of one layer after which another sees `want` pixels: a larger kernel, a dilation, more layers behind
 * it, a stride. Each is proven: the changed network is recorded, and its receptive field read off. Branches count as they are.
 * `layer` is the path of the layer that shall see so much; the last one that does not see the whole input where left out.
 * @throws ArgumentError for an unknown layer (with the closest names), and one that sees the whole input; ShapeError as recordNetwork.
 * @example
 * import { nn } from "convsmith";
 * import { solveField } from "convsmith/analysis";
 * const network = new nn.Sequential(new nn.Conv2d(1, 8, 3, { padding: 1 }), new nn.Conv2d(8, 8, 3, { padding: 1 }));
 * const { field, answers } = solveField(network, [1, 1, 32, 32], 9);
 * console.log(field, answers[0]?.change); // 5 dilation 1 → 3, padding + 2
 */
export function solveField(
  network: Network,
  inputShape: Shape,
  want: number,
  options: { readonly layer?: string } = {},
): FieldSolution {
  needWhole("solveField", { want }, 1);
  const recording = recordNetwork(network, inputShape);
  const fields = new FieldMap(recording);
  const { target, layer } = targetOf(network, recording, fields, options.layer);
  const state = stateOf(recording, fields, target);
  const parameters = network.parameters().reduce((sum, each) => sum + each.numel, 0);
  const solution = { layer, want, field: state.field, flops: state.flops, parameters };
  if (state.field >= want) return { ...solution, answers: [] };
  const layers = windowLayers(network, recording, target);
  const answers = fieldChanges({ network, inputShape, recording, fields, target, layers, want }).map(
    ({ recording: changed, target: at, ...rest }): FieldAnswer => {
      const { field, flops, other } = stateOf(changed, new FieldMap(changed), at);
      const added = { flopsAdded: flops - state.flops, otherAdded: other - state.other };
      return { ...rest, ...added, field, outputShape: changed.outputs[0]!.shape };
    },
  );
  return { ...solution, answers: answers.sort(byCost) };
}

function byCost(a: FieldAnswer, b: FieldAnswer): number {
  return (
    Number(a.coarser) - Number(b.coarser) ||
    a.flopsAdded + a.otherAdded - b.flopsAdded - b.otherAdded ||
    a.parametersAdded - b.parametersAdded ||
    a.field - b.field
  );
}

function stateOf({ order }: Recording, fields: FieldMap, target: Node) {
  const { flops, other } = sumCounts(order.map(costOf));
  return {
    field: fieldSize(fields, target),
    flops,
    other: Object.values(other).reduce((sum, each) => sum + each, 0),
  };
}

function targetOf(network: Network, recording: Recording, fields: FieldMap, wanted?: string) {
  const modules = network.namedModules();
  const paths = new Map([...modules].map(([path, module]) => [module as object, path]));
  if (wanted !== undefined) {
    const module = modules.get(wanted);
    if (!module) {
      const close = closestNames(
        wanted,
        [...modules.keys()].filter((path) => path !== ""),
        3,
      ).join(", ");
      throw new ArgumentError(`there is no layer ${wanted}. Close are ${close || "none: the network is one layer"}`);
    }
    const target = lastNodeOf(module, recording);
    if (!target) throw new ArgumentError(`${wanted}: is not called by the network, so it sees nothing`);
    if (!Number.isFinite(fieldSize(fields, target))) {
      throw new ArgumentError(`${wanted}: sees the whole input already. Name an earlier layer`);
    }
    return { target, layer: wanted };
  }
  const sees = (node: Node) => fieldSize(fields, node) > 0 && Number.isFinite(fieldSize(fields, node));
  const target = recording.order.findLast((node) => node.op.kind !== "leaf" && node !== recording.input && sees(node));
  if (!target) throw new ArgumentError(`${network.constructor.name}: no layer sees a part of the input`);
  return { target, layer: (target.scope && paths.get(target.scope.module)) || target.op.name };
}
