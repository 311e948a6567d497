import type { PlanNode } from "./plan-graph.ts";

/** What a step does, for people: its name and the nodes of the graph that it computes. */
export interface Work {
  readonly label: string;
  /** Numbers of nodes: the first is the one that the step is made for. */
  readonly nodes: readonly number[];
  /** Only moves numbers into another layout or place, or makes a border, for the node that needs it so. */
  readonly moves: boolean;
}

/** A move into another layout or place. `node`: the one that it is for. */
export function moving(label: string, node: number): Work {
  return { label, nodes: [node], moves: true };
}

/** The work of several in one pass, with the first one's name. */
export function together(label: string, all: readonly Work[]): Work {
  return { label, nodes: [...new Set(all.flatMap(({ nodes }) => nodes))], moves: all.every(({ moves }) => moves) };
}

/** `work` and what is computed with it: node number `index`. A constant is no work, and equal ones of all layers are one. */
export function followed(work: readonly Work[], label: string, index: number, node: PlanNode): Work {
  const before = together(label, work).nodes;
  return { label, nodes: node.inputs.length === 0 ? before : [...before, index], moves: false };
}

/** Of so many nodes that more in the same step would take longer to plan than they save. */
export const isLong = ({ nodes }: Work): boolean => nodes.length >= 64;
