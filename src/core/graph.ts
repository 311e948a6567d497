import { lower, type Node } from "./node.ts";

/** The lowered inputs that have to be computed for a node: none for a leaf or where its numbers are known. */
export function dependencies(node: Node): readonly Node[] {
  return node.value || node.bound ? [] : node.inputs;
}

let walks = 0;

/**
 * The lowered graph above `roots`, every node once, inputs before users, in an order that the recording fixes. Leaves each
 * node's `place` in it, until the next walk. @param order what the last walk gave: these roots are added to it.
 */
export function topological(
  roots: readonly Node[],
  inputsOf: (node: Node) => readonly Node[] = dependencies,
  order: Node[] = [],
): Node[] {
  if (order.length === 0) walks++;
  const walk = walks;
  const path: Node[] = [];
  const inputs: (readonly Node[])[] = [];
  const next: number[] = [];
  const enter = (node: Node) => {
    if (node.walk === walk) return;
    path.push(node);
    inputs.push(inputsOf(node));
    next.push(0);
  };
  for (const root of roots) {
    enter(lower(root));
    while (path.length > 0) {
      const top = path.length - 1;
      const at = next[top]!;
      if (at < inputs[top]!.length) {
        next[top] = at + 1;
        enter(lower(inputs[top]![at]!));
        continue;
      }
      const node = path.pop()!;
      inputs.pop();
      next.pop();
      node.walk = walk;
      node.place = order.push(node) - 1;
    }
  }
  return order;
}

/**
 * Whether the lowered graph above `root` holds a node that `test` picks; looks no further than the first. @param without nodes
 * above which there is none, where several roots are asked about: those that are found to be so are added.
 */
export function reaches(
  root: Node,
  inputsOf: (node: Node) => readonly Node[],
  test: (node: Node) => boolean,
  without: Set<Node> = new Set(),
): boolean {
  const seen = new Set<Node>();
  const enter = (node: Node) => {
    const own = lower(node);
    if (!without.has(own)) seen.add(own);
  };
  enter(root);
  for (const node of seen) {
    if (test(node)) return true;
    for (const input of inputsOf(node)) enter(input);
  }
  for (const node of seen) without.add(node);
  return false;
}
