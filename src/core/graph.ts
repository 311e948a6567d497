import { lower, type Node } from "./node.ts";

/** The lowered graph above `roots`, every node once, inputs before users, in an order that the recording fixes. */
export function topological(roots: readonly Node[], stop?: (node: Node) => boolean): Node[] {
  const done = new Set<Node>();
  const order: Node[] = [];
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    stack.push({ node: lower(root), next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next === 0 && done.has(top.node)) {
        stack.pop();
        continue;
      }
      const inputs = top.node.value || stop?.(top.node) ? [] : top.node.inputs;
      if (top.next < inputs.length) {
        const input = lower(inputs[top.next++]!);
        if (!done.has(input)) stack.push({ node: input, next: 0 });
        continue;
      }
      if (!done.has(top.node)) {
        done.add(top.node);
        order.push(top.node);
      }
      stack.pop();
    }
  }
  return order;
}
