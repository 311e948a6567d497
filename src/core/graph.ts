import { lower, type Node } from "./node.ts";

/** The lowered inputs that have to be computed for a node: none for a leaf or where its numbers are known. */
export function dependencies(node: Node): readonly Node[] {
  return node.value || node.bound ? [] : node.inputs;
}

/** The lowered graph above `roots`, every node once, inputs before users, in an order that the recording fixes. */
export function topological(roots: readonly Node[], inputsOf: (node: Node) => readonly Node[] = dependencies): Node[] {
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
      const inputs = inputsOf(top.node);
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
