import { ConvsmithError, StaleTensorError } from "../core/errors.ts";
import { gradients } from "../core/gradient.ts";
import { topological } from "../core/graph.ts";
import type { Node } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import * as ops from "../ops/index.ts";
import { engine } from "./engine.ts";
import { owners } from "./owners.ts";
import type { Parameter } from "./parameter.ts";
import { Tensor } from "./tensor.ts";

const throughHistory = (node: Node) => (node.constant ? [] : node.inputs);

/** Records the gradients of `root` for every parameter in its history, pending until somebody asks. */
export function recordBackward(root: Tensor, gradient?: Tensor): void {
  const { node } = root;
  if (!gradient && numel(node.shape) !== 1) {
    throw new ConvsmithError(
      `backward: needs a tensor of one element, got shape [${node.shape.join(", ")}]. Use sum() or mean(), or give backward(gradient).`,
    );
  }
  const history = topological([node], throughHistory);
  const leaves: { node: Node; parameter: Parameter }[] = [];
  for (const each of history) {
    if (each.source?.kind !== "cell" || !each.source.cell.requiresGrad) continue;
    const { cell, version } = each.source;
    const parameter = owners.get(cell);
    if (!parameter) continue;
    if (version !== cell.version) {
      throw new StaleTensorError(
        `backward: ${cell.name} has changed since this graph was recorded (version ${version}, now ${cell.version}). Run forward again, or call backward() before step().`,
      );
    }
    leaves.push({ node: each, parameter });
  }
  if (leaves.length === 0) {
    throw new ConvsmithError(
      "backward: no parameter that requires a gradient is in this tensor's history. Check requiresGrad, detach() and noGrad().",
    );
  }
  const start = gradient?.node ?? ops.full(node.shape, 1);
  const grads = gradients(
    node,
    start,
    leaves.map((leaf) => leaf.node),
    ops.add,
  );
  const state = engine();
  for (const each of visible(node)) if (numel(each.shape) === 1 && each.op.kind !== "leaf") state.keep(each);
  state.keep(node);
  for (const [index, grad] of grads.entries()) if (grad) leaves[index]!.parameter.accumulate(grad, ops.add);
}

/**
 * The gradients of `output` (weighted by `weight`) with respect to `inputs`, as tensors that can be differentiated
 * again: null for an input that it does not depend on.
 * @example
 * import { grad, tensor } from "convsmith";
 * const x = tensor([1, 2, 3]);
 * const [g] = grad(x.mul(x).sum(), [x]);
 * console.log(await g!.data()); // Float32Array [2, 4, 6]
 */
export function grad(output: Tensor, inputs: readonly Tensor[], weight?: Tensor): (Tensor | null)[] {
  const start = weight?.node ?? ops.full(output.shape, 1);
  return gradients(
    output.node,
    start,
    inputs.map((each) => each.node),
    ops.add,
  ).map((node) => (node ? new Tensor(node) : null));
}

/** The nodes of a graph that a user may hold: compositions whole, without what is inside them. */
function visible(root: Node): Set<Node> {
  const seen = new Set<Node>([root]);
  for (const node of seen) for (const input of node.inputs) seen.add(input);
  return seen;
}
