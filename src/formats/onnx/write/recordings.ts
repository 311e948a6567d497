import { type Network, type Recording, recordNetwork } from "../../../analysis/recording.ts";
import { dataOp, type Node } from "../../../core/node.ts";
import { type Shape, sameShape } from "../../../core/shape.ts";

/** Why a size of the input must be the one that it is: the file could not say what the network does with another. */
export class FixedSize extends Error {}

/** The same network recorded for several sizes of its input, that of the export first. */
export interface Recordings {
  readonly recordings: readonly Recording[];
  /** Each node of the first recording with its counterparts. */
  readonly nodes: readonly (readonly Node[])[];
}

/** @throws FixedSize where the network does other things for another size; ShapeError where it refuses one. */
export function recordAll(network: Network, shapes: readonly Shape[]): Recordings {
  const recordings = shapes.map((shape) => recordNetwork(network, shape));
  const nodes = align(
    recordings.map(({ order }) => order),
    recordings.map(({ input }) => [input]),
  );
  // In the order in which the network did things.
  return { recordings, nodes: nodes.sort(([a], [b]) => a!.id - b!.id) };
}

/**
 * The same nodes, recorded for several sizes, side by side. `known` are those that an order does not have to tell.
 * @throws FixedSize where they are not the same.
 */
export function align(orders: readonly (readonly Node[])[], known: readonly (readonly Node[])[]): (readonly Node[])[] {
  const places = orders.map((order, which) => new Map([...known[which]!, ...order].map((node, at) => [node, at])));
  const differs = (problem = "the network does other things for other sizes"): never => {
    throw new FixedSize(problem);
  };
  const [first] = orders;
  if (orders.some(({ length }) => length !== first!.length)) differs();
  return first!.map((node, at) => {
    const same = orders.map((order) => order[at]!);
    for (const [which, other] of same.entries()) {
      const wired =
        other.op === node.op &&
        other.inputs.length === node.inputs.length &&
        other.shape.length === node.shape.length &&
        other.inputs.every((each, input) => places[which]!.get(each) === places[0]!.get(node.inputs[input]!));
      if (!wired) differs();
      if (known[0]!.includes(node) || other === node || sameLeaf(node, other)) continue;
      differs("the network computes with other numbers for other sizes");
    }
    return same;
  });
}

function sameLeaf(a: Node, b: Node): boolean {
  if (a.source?.kind === "cell") return b.source?.kind === "cell" && a.source.cell === b.source.cell;
  if (a.op !== dataOp) return true;
  const [left, right] = [a.source, b.source].map((source) => (source?.kind === "data" ? source.data : null));
  return sameShape(a.shape, b.shape) && left!.every((each, at) => Object.is(each, right![at]));
}
