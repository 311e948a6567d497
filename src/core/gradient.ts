import { ConvsmithError } from "./errors.ts";
import { topological } from "./graph.ts";
import { inScopeOf, lower, type Node } from "./node.ts";

/**
 * Records the gradients of `root` (weighted by `gradRoot`) with respect to `targets`, as more graph. A target that root
 * does not depend on gets null.
 * @param add sums two gradients of the same node: core knows no op by name.
 */
export function gradients(
  root: Node,
  gradRoot: Node,
  targets: readonly Node[],
  add: (a: Node, b: Node) => Node,
): (Node | null)[] {
  const order = topological([root], (node) => (node.constant ? [] : node.inputs));
  const wanted = new Set(targets.map(lower));
  const relevant = new Set<Node>();
  for (const node of order) {
    if (wanted.has(node) || (!node.constant && node.inputs.some((input) => relevant.has(lower(input)))))
      relevant.add(node);
  }
  const grads = new Map<Node, Node>([[lower(root), gradRoot]]);
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!;
    const grad = grads.get(node);
    if (!grad || !relevant.has(node) || node.constant || node.inputs.length === 0) continue;
    const { op } = node;
    const needs = node.inputs.map((input) => relevant.has(lower(input)));
    if (!needs.includes(true)) continue;
    if (op.kind === "leaf" || op.kind === "composition" || !op.gradient) {
      throw new ConvsmithError(`${op.name}: has no gradient. Use detach() on its output where none is meant to flow.`);
    }
    inScopeOf(node, () => {
      const parts = op.gradient!(node, grad, needs);
      for (const [index, input] of node.inputs.entries()) {
        const part = parts[index];
        if (!part || !needs[index]) continue;
        const target = lower(input);
        const known = grads.get(target);
        grads.set(target, known ? add(known, part) : part);
      }
    });
  }
  return targets.map((target) => grads.get(lower(target)) ?? null);
}
