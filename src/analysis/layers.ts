import type { Cell } from "../core/cell.ts";
import type { Node } from "../core/node.ts";
import type { PlannedStep } from "../engine/plan.ts";
import type { PlanGraph } from "../engine/plan-graph.ts";
import type { Module } from "../nn/index.ts";

/** Finds the layers of a plan's steps: by the modules that recorded what a step computes, or else by the cells that it writes. */
export class LayerNames {
  readonly #modules = new Map<object, string>();
  readonly #cells = new Map<Cell, string>();

  /** @param loss is called "(loss)". */
  constructor(network: Module, loss: Module | null = null) {
    for (const [path, module] of network.namedModules()) this.#modules.set(module, path);
    if (loss) this.#modules.set(loss, "(loss)");
    for (const [path, module] of network.namedModules()) {
      for (const { cell, gradCell } of module.ownParameters()) {
        if (!this.#cells.has(cell)) this.#cells.set(cell, path).set(gradCell, path);
      }
    }
  }

  /** Paths of the layers that have a part in a step, that which it is made for first; "" for the network's own forward. */
  of(step: PlannedStep, graph: PlanGraph): string[] {
    const recorded = step.work.nodes.map((node) => this.ofNode(graph.origins[node]!));
    const written = step.buffers.output.map(({ home }) =>
      home.kind === "cell" ? this.#cells.get(graph.cells[home.slot]!) : null,
    );
    return [...new Set([...recorded, ...written].filter((each) => each !== undefined && each !== null))];
  }

  /** Path of the innermost module of the network that recorded a node. */
  ofNode({ scope }: Node): string | undefined {
    let at = scope;
    while (at && !this.#modules.has(at.module)) at = at.outer;
    return at ? this.#modules.get(at.module) : undefined;
  }
}
