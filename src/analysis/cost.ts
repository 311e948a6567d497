import type { Node } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import type { PlanGraph } from "../engine/plan-graph.ts";
import { recorded } from "./recording.ts";

/** What something costs, exactly. One MAC is one multiplication and one addition. */
export interface Count {
  readonly multiplications: number;
  readonly additions: number;
  readonly biasAdditions: number;
  /** Multiplications whose products are summed: those of convolutions and matrix products. */
  readonly macs: number;
  /** multiplications + additions + biasAdditions. */
  readonly flops: number;
  /** All other operations by kind: exp, compare, divide… */
  readonly other: Readonly<Record<string, number>>;
}

const nothing: Count = { multiplications: 0, additions: 0, biasAdditions: 0, macs: 0, flops: 0, other: {} };

/** The exact cost of one node: its op's own count, or for a composition without one that of its body. */
export function costOf(node: Node): Count {
  const { op } = node;
  switch (op.kind) {
    case "primitive":
      return count(op.cost(node.inputs, node, node.attributes), true);
    case "elementwise":
      return count(op.cost, false, numel(node.shape));
    case "composition":
      if (op.cost) return count(op.cost(node.inputs, node, node.attributes), true);
      return sumCounts(recorded([node.lowered!], undefined, new Set(node.inputs)).map(costOf));
    default:
      return nothing;
  }
}

/** The FLOPs of one node of a plan: it has no compositions, and moves cost nothing. */
export function planNodeFlops(graph: PlanGraph, index: number): number {
  const { op, inputs, shape, dtype, attributes } = graph.nodes[index]!;
  const types = inputs.map((each) => graph.nodes[each]!);
  if (op.kind === "primitive") return count(op.cost(types, { shape, dtype }, attributes), true).flops;
  return op.kind === "elementwise" ? count(op.cost, false, numel(shape)).flops : 0;
}

type Raw = Partial<Pick<Count, "multiplications" | "additions" | "biasAdditions" | "other">>;

function count(raw: Raw, sums: boolean, times = 1): Count {
  const { multiplications = 0, additions = 0, biasAdditions = 0, other = {} } = raw;
  return {
    multiplications: multiplications * times,
    additions: additions * times,
    biasAdditions: biasAdditions * times,
    macs: sums ? multiplications * times : 0,
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
      flops: a.flops + b.flops,
      other,
    };
  }, nothing);
}
