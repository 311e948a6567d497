import type { LayoutWish } from "../core/kernel.ts";
import type { PlanBackend } from "./plan.ts";
import type { PlanGraph } from "./plan-graph.ts";
import { largest } from "./view.ts";

/** For each node, how many nodes, outputs and cells use it. */
export function consumersOf(graph: PlanGraph): number[] {
  const uses = new Array<number>(graph.nodes.length).fill(0);
  for (const node of graph.nodes) for (const input of new Set(node.inputs)) uses[input]!++;
  for (const output of graph.outputs) uses[output]!++;
  for (const { node } of graph.writes) uses[node]!++;
  return uses;
}

/** For each node, the layout that serves the kernels that read it: channels-last with the largest border wins. */
export function mergeWishes(graph: PlanGraph, backend: PlanBackend): (LayoutWish | null)[] {
  const wishes = new Array<LayoutWish | null>(graph.nodes.length).fill(null);
  for (const node of graph.nodes) {
    // A leaf keeps the op that its numbers came from, but has no inputs.
    if (node.slot || node.op.kind !== "primitive" || node.op.reduction) continue;
    const types = node.inputs.map((each) => graph.nodes[each]!);
    const kernel = backend.kernels.find(
      (each) => each.op === node.op && each.accepts(types, node, node.attributes, backend.target),
    );
    const wanted = kernel?.wishes(types, node, node.attributes).inputs;
    for (const [which, input] of node.inputs.entries()) {
      const wish: LayoutWish = wanted?.[which] ?? { order: "contiguous" };
      wishes[input] = merge(wishes[input] ?? null, wish);
    }
  }
  return wishes;
}

function merge(a: LayoutWish | null, b: LayoutWish): LayoutWish {
  if (!a || a.order === "any") return b;
  if (b.order === "any") return a;
  if (a.order === "channelsLast" && b.order === "channelsLast")
    return { order: "channelsLast", border: largest(a.border, b.border) };
  return a.order === "channelsLast" ? a : b;
}
