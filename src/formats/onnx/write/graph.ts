import type { OnnxAttributes, OnnxNode, OnnxTensor } from "../../../core/onnx.ts";

/** A node while the graph is written: tensors have numbers for names, which are chosen when all is there. */
interface Draft {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly id: string;
  readonly attributes: OnnxAttributes;
  /** What the node is called unless another is. */
  label: string;
}

/** Nodes in the order of their calls, with names that are found at the end: those that nobody uses are left out. */
export class OnnxGraph {
  readonly #drafts: Draft[] = [];
  /** Constants and shapes by what they are: each is written once. */
  readonly #shared = new Map<string, string>();

  add(type: string, inputs: readonly string[], attributes: OnnxAttributes, label: string): string {
    const id = `#${this.#drafts.length}`;
    this.#drafts.push({ type, inputs, id, attributes, label: `${label}.${type}` });
    return id;
  }

  /** As add, but the same node for the same inputs and attributes. */
  share(type: string, inputs: readonly string[], attributes: OnnxAttributes, label: string): string {
    const key = JSON.stringify([type, inputs, attributes], (_, value) =>
      typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
        ? `${Object.is(value, -0) ? "-0" : value}`
        : value,
    );
    const found = this.#shared.get(key) ?? this.add(type, inputs, attributes, label);
    this.#shared.set(key, found);
    return found;
  }

  constant(tensor: OnnxTensor, label: string): string {
    const add = tensor.numbers.length > 64 ? this.add : this.share;
    return add.call(this, "Constant", [], { value: { tensor } }, label);
  }

  get size(): number {
    return this.#drafts.length;
  }

  /** Gives the name of a whole call to the node that makes its result, if it is among those from `since` on. */
  rename(id: string, label: string, since: number): void {
    const draft = this.#drafts[since + this.#drafts.slice(since).findIndex((each) => each.id === id)];
    if (draft?.id === id && draft.type !== "Constant") draft.label = label;
  }

  /**
   * The nodes that the outputs (a name for each tensor) need. `taken`: names of inputs and stored tensors.
   * An output that is no node's own is passed on by an Identity.
   */
  finish(outputs: ReadonlyMap<string, string>, taken: Iterable<string>): OnnxNode[] {
    const names = new Map<string, string>();
    for (const [name, id] of outputs) {
      const own = this.#drafts.find((each) => each.id === id && !names.has(id) && each.type !== "Constant");
      names.set(own ? id : this.add("Identity", [id], {}, name), name);
    }
    const used = new Set(names.keys());
    const needed = this.#drafts
      .toReversed()
      .filter(({ id, inputs }) => {
        if (used.has(id)) for (const input of inputs) used.add(input);
        return used.has(id);
      })
      .reverse();
    const occupied = new Set([...taken, ...outputs.keys()]);
    const nodes = needed.map(({ label, ...draft }) => ({ ...draft, name: free(label, occupied) }));
    const tensors = new Map(nodes.map(({ id, name }) => [id, names.get(id) ?? name]));
    const named = (id: string) => tensors.get(id) ?? id;
    return nodes.map(({ id, inputs, ...node }) => ({ ...node, inputs: inputs.map(named), output: named(id) }));
  }
}

/** The name, or with a number that is free, which is then taken. */
function free(label: string, occupied: Set<string>): string {
  let name = label;
  for (let count = 1; occupied.has(name); count++) name = `${label}_${count}`;
  occupied.add(name);
  return name;
}
