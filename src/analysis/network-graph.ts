import type { Gap } from "../core/gap.ts";
import type { Node, Scope } from "../core/node.ts";
import type { Shape } from "../core/shape.ts";
import type { Module } from "../nn/index.ts";
import { opsOf } from "./calls.ts";
import { type Network, recordPartially } from "./recording.ts";

/**
 * - "block": a call of a module that calls others; what it holds is `inside`.
 * - "layer": a call of any other module.
 * - "op": an op that a block does itself.
 * - "input", "output": of the network.
 * - "unknown": a call that could not be recorded, as of an operator that is not known.
 * - "failed": stands behind the last values of a network that throws.
 */
export type GraphItemKind = "block" | "layer" | "op" | "input" | "output" | "unknown" | "failed";

/** Something that is drawn as one box. Plain data. */
export interface GraphItem {
  /** Its place in the graph's list of items. */
  readonly id: number;
  readonly kind: GraphItemKind;
  /** Of the module; that of the block for an op. */
  readonly path: string;
  readonly type: string;
  readonly description: string;
  /** Of a failure, and where it is not known: null. */
  readonly outputShape: Shape | null;
  /** What is not known: "the operator NonZero is not known"; null of all other kinds. */
  readonly reason: string | null;
  /** The ops in it, counted from 0 in the order in which they were recorded: as the rows of ops of a summary. */
  readonly ops: readonly number[];
  readonly inside: BlockGraph | null;
}

/** What a block holds, and how values flow between it; null is the world outside. */
export interface BlockGraph {
  readonly items: readonly number[];
  readonly edges: readonly (readonly [from: number | null, to: number | null])[];
}

export interface NetworkGraph {
  readonly items: readonly GraphItem[];
  /** What stands outermost. */
  readonly root: BlockGraph;
}

/**
 * The calls of a network and what flows between them, blocks within blocks. A network that throws gives what it recorded
 * before. @throws ArgumentError for a shape that is none.
 * @example
 * import { nn } from "convsmith";
 * import { networkGraph } from "convsmith/analysis";
 * const { items, root } = networkGraph(new nn.Sequential(new nn.Conv2d(1, 8, 3), new nn.ReLU()), [1, 1, 8, 8]);
 * console.log(items.map(({ description }) => description)); // ["input", "Conv2d 1→8, 3×3", "ReLU", "output"]
 * console.log(root.edges); // [[0, 1], [1, 2], [2, 3]]
 */
export function networkGraph(network: Network, inputShape: Shape): NetworkGraph {
  const recording = recordPartially(network, inputShape);
  const builder = new GraphBuilder(network);
  builder.put("input", recording.input);
  const ops = opsOf(recording.order);
  builder.open([...ops, ...recording.gaps]);
  for (const each of [...ops, ...recording.gaps].sort((a, b) => a.id - b.id)) {
    if ("reason" in each) builder.addGap(each);
    else builder.add(each);
  }
  // What leads to a gap alone comes out of the recording, not of the network.
  const leading = new Set(recording.gaps.flatMap(({ inputs }) => inputs));
  for (const node of recording.returned) leading.delete(node);
  if (recording.error !== null) builder.end("failed", recording.outputs);
  else for (const node of recording.outputs) if (!leading.has(node)) builder.end("output", [node]);
  return builder.graph();
}

interface Item {
  readonly id: number;
  readonly kind: GraphItemKind;
  readonly path: string;
  readonly type: string;
  readonly description: string;
  readonly reason: string | null;
  shape: Shape | null;
  readonly ops: number[];
  readonly inside: Inside | null;
}

class Inside {
  readonly items: number[] = [];
  readonly edges = new Map<string, readonly [number | null, number | null]>();

  join(from: Item | null, to: Item | null): void {
    const edge = [from?.id ?? null, to?.id ?? null] as const;
    if (from !== to) this.edges.set(edge.join(), edge);
  }

  plain(): BlockGraph {
    return { items: this.items, edges: [...this.edges.values()] };
  }
}

class GraphBuilder {
  readonly #paths: ReadonlyMap<object, string>;
  readonly #root = new Inside();
  readonly #items: Item[] = [];
  /** Calls of modules that call others. */
  readonly #blocks = new Set<Scope>();
  readonly #calls = new Map<Scope, Item>();
  /** The items around a node, outermost first, and its own last. */
  readonly #chains = new Map<Node, readonly Item[]>();
  #ops = 0;

  constructor(network: Network) {
    this.#paths = new Map([...network.namedModules()].map(([path, module]) => [module, path]));
  }

  /** Finds out which calls have others inside. */
  open(nodes: readonly { readonly scope: Scope | null }[]): void {
    for (const { scope } of nodes) for (const outer of this.#scopes(scope).slice(0, -1)) this.#blocks.add(outer);
  }

  add(node: Node): void {
    const scopes = this.#scopes(node.scope);
    const chain: Item[] = [];
    // The outermost scope is the network's own call: the root.
    for (const scope of scopes.slice(1)) chain.push(this.#calls.get(scope) ?? this.#call(scope, chain, node.shape));
    if (chain.at(-1)?.kind !== "layer") chain.push(this.#op(node, chain, this.#pathOf(scopes.at(-1))));
    for (const item of chain) {
      item.ops.push(this.#ops);
      item.shape = node.shape;
    }
    this.#ops++;
    this.#chains.set(node, chain);
    for (const input of node.inputs) this.#connect(this.#chains.get(input), chain);
  }

  /** A box, with what is known to go in and to come out. */
  addGap({ scope, shape, reason, inputs, outputs }: Gap): void {
    const scopes = this.#scopes(scope);
    const chain: Item[] = [];
    for (const outer of scopes.slice(1, -1)) chain.push(this.#calls.get(outer) ?? this.#call(outer, chain, shape));
    const own = scopes.at(-1);
    const module = own?.module as Module | undefined;
    const [type, description] = [module?.constructor.name ?? "", module?.describe() ?? ""];
    const named = { kind: "unknown", path: this.#pathOf(own), type, description, reason, inside: null } as const;
    chain.push(this.#push(named, chain, shape));
    for (const output of outputs) this.#chains.set(output, chain);
    for (const input of inputs) this.#connect(this.#chains.get(input), chain);
  }

  put(kind: "input" | "output" | "failed", node?: Node): Item {
    const named = { kind, path: "", type: kind, description: kind, reason: null, inside: null };
    const item = this.#push(named, [], node?.shape ?? null);
    if (node && kind === "input") this.#chains.set(node, [item]);
    return item;
  }

  end(kind: "output" | "failed", nodes: readonly Node[]): void {
    const item = this.put(kind, kind === "output" ? nodes[0] : undefined);
    for (const node of nodes) this.#connect(this.#chains.get(node), [item]);
  }

  graph(): NetworkGraph {
    const items = this.#items.map(({ shape, inside, ...item }) => ({
      ...item,
      outputShape: shape,
      inside: inside?.plain() ?? null,
    }));
    return { items, root: this.#root.plain() };
  }

  #connect(from: readonly Item[] | undefined, to: readonly Item[]): void {
    if (!from) return;
    let shared = 0;
    while (from[shared] === to[shared] && shared < Math.min(from.length, to.length) - 1) shared++;
    this.#around(to, shared).join(from[shared]!, to[shared]!);
    // Out of the blocks that the value leaves, and into those that it enters.
    for (let at = shared + 1; at < from.length; at++) this.#around(from, at).join(from[at]!, null);
    for (let at = shared + 1; at < to.length; at++) this.#around(to, at).join(null, to[at]!);
  }

  #around(chain: readonly Item[], at: number): Inside {
    return at === 0 ? this.#root : chain[at - 1]!.inside!;
  }

  #call(scope: Scope, chain: readonly Item[], shape: Shape | null): Item {
    const module = scope.module as Module;
    const isBlock = this.#blocks.has(scope);
    const item = this.#push(
      {
        kind: isBlock ? "block" : "layer",
        path: this.#pathOf(scope),
        type: module.constructor.name,
        description: module.describe(),
        reason: null,
        inside: isBlock ? new Inside() : null,
      },
      chain,
      shape,
    );
    this.#calls.set(scope, item);
    return item;
  }

  #op(node: Node, chain: readonly Item[], path: string): Item {
    const { name } = node.op;
    const named = { kind: "op", path, type: name, description: name, reason: null, inside: null } as const;
    return this.#push(named, chain, node.shape);
  }

  #push(item: Omit<Item, "id" | "ops" | "shape">, chain: readonly Item[], shape: Shape | null): Item {
    const made: Item = { id: this.#items.length, ...item, shape, ops: [] };
    this.#items.push(made);
    this.#around(chain, chain.length).items.push(made.id);
    return made;
  }

  #pathOf(scope: Scope | undefined): string {
    return scope ? this.#paths.get(scope.module)! : "";
  }

  /** The calls around a node, outermost first, of modules that the network has. */
  #scopes(scope: Scope | null): Scope[] {
    const found: Scope[] = [];
    for (let at = scope; at; at = at.outer) if (this.#paths.has(at.module)) found.unshift(at);
    return found;
  }
}
