import { input } from "../core/expression.ts";
import { expressionCost } from "../core/expression-cost.ts";
import type { Node } from "../core/node.ts";
import { type Attributes, type Cost, type ElementwiseOp, noCost } from "../core/op.ts";
import { numel } from "../core/shape.ts";
import type { PlanGraph } from "../engine/plan-graph.ts";
import { costs, sumsProducts } from "../ops/costs.ts";
import { recorded } from "./recording.ts";

/**
 * What something costs, exactly. One MAC is one multiplication and one addition. The zeros of an explicit padding layer
 * (ZeroPad2d) before a convolution count as any other number.
 * @example
 * import { nn, summarize } from "convsmith";
 * const { totals } = summarize(new nn.Conv2d(1, 1, 3, { padding: 1 }), [1, 1, 4, 4]);
 * // 16 outputs of 9 products. Along each axis the four windows have 2, 3, 3 and 2 taps inside: 10 · 10 products are needed,
 * // and for each output one addition less than it has products.
 * console.log(totals.macs, totals.effectiveMacs, totals.paddedMultiplications); // 144 100 44
 * console.log(totals.additions, totals.additions - totals.paddedAdditions); // 128 84
 * console.log(totals.flops); // 288
 */
export interface Count {
  readonly multiplications: number;
  readonly additions: number;
  readonly biasAdditions: number;
  /** Multiplications whose products are summed: those of convolutions, linear layers and matrix products. */
  readonly macs: number;
  /** `macs` without those that padding alone asks for. */
  readonly effectiveMacs: number;
  /** Of the multiplications: those by padding's zeros, and of a transposed convolution those that its padding crops. */
  readonly paddedMultiplications: number;
  /** Of the additions: those of the same products. */
  readonly paddedAdditions: number;
  /** multiplications + additions + biasAdditions. */
  readonly flops: number;
  /** All other operations by kind: exp, compare, divide… */
  readonly other: Readonly<Record<string, number>>;
}

const nothing = count(noCost, false);

/** The exact cost of one node: its op's own count, or for a composition without one that of its body. */
export function costOf(node: Node): Count {
  const { op } = node;
  switch (op.kind) {
    case "primitive":
      return count(costs.get(op)!(node.inputs, node, node.attributes), sumsProducts.has(op));
    case "elementwise":
      return count(elementCost(op, node.inputs.length, node.attributes), false, numel(node.shape));
    case "composition": {
      const own = costs.get(op);
      if (own) return count(own(node.inputs, node, node.attributes), false);
      return sumCounts(recorded([node.lowered!], undefined, new Set(node.inputs)).map(costOf));
    }
    default:
      return nothing;
  }
}

/** The FLOPs of one node of a plan: it has no compositions, and moves cost nothing. */
export function planNodeFlops(graph: PlanGraph, index: number): number {
  const { op, inputs, shape, dtype, attributes } = graph.nodes[index]!;
  const types = inputs.map((each) => graph.nodes[each]!);
  if (op.kind === "primitive") return count(costs.get(op)!(types, { shape, dtype }, attributes), false).flops;
  return op.kind === "elementwise" ? count(elementCost(op, inputs.length, attributes), false, numel(shape)).flops : 0;
}

/** Of one output element, from the op's own expression. */
function elementCost(op: ElementwiseOp, inputs: number, attributes: Attributes): Cost {
  return expressionCost(
    op.expression(
      Array.from({ length: inputs }, (_, index) => input(index)),
      attributes,
    ),
  );
}

function count(cost: Cost, areSummed: boolean, times = 1): Count {
  const { multiplications, additions, biasAdditions, other, padded = { multiplications: 0, additions: 0 } } = cost;
  return {
    multiplications: multiplications * times,
    additions: additions * times,
    biasAdditions: biasAdditions * times,
    macs: areSummed ? multiplications * times : 0,
    effectiveMacs: areSummed ? (multiplications - padded.multiplications) * times : 0,
    paddedMultiplications: padded.multiplications * times,
    paddedAdditions: padded.additions * times,
    flops: (multiplications + additions + biasAdditions) * times,
    other: Object.fromEntries(Object.entries(other).map(([kind, each]) => [kind, each * times])),
  };
}

export function sumCounts(counts: readonly Count[]): Count {
  return counts.reduce((a, b) => {
    const other: Record<string, number> = { ...a.other };
    for (const [kind, each] of Object.entries(b.other)) other[kind] = (other[kind] ?? 0) + each;
    return {
      multiplications: a.multiplications + b.multiplications,
      additions: a.additions + b.additions,
      biasAdditions: a.biasAdditions + b.biasAdditions,
      macs: a.macs + b.macs,
      effectiveMacs: a.effectiveMacs + b.effectiveMacs,
      paddedMultiplications: a.paddedMultiplications + b.paddedMultiplications,
      paddedAdditions: a.paddedAdditions + b.paddedAdditions,
      flops: a.flops + b.flops,
      other,
    };
  }, nothing);
}
