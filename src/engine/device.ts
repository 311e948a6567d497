import type { Cell } from "../core/cell.ts";
import type { Node } from "../core/node.ts";

/** A cell's next version and the node that computes it. */
export interface CellWrite {
  readonly cell: Cell;
  readonly version: number;
  readonly node: Node;
}

/** One run: what to compute, in one plan. Cells are read at the versions that `order`'s leaves name. */
export interface RunRequest {
  /** Every node to compute, inputs before users; leaves included. */
  readonly order: readonly Node[];
  /** For each node of `order`, the places in it of those that it is computed from, with pending cells resolved to their expressions. */
  readonly inputs: readonly (readonly number[])[];
  /** Nodes whose numbers are wanted in the JS heap. */
  readonly outputs: readonly Node[];
  /** Last versions only: what the cells hold when the run has ended. */
  readonly writes: readonly CellWrite[];
}

/** What runs plans. It knows how to keep memory and dispatch kernels, and no op. */
export interface Device {
  readonly name: string;
  /** Prepares a plan for the request now, and returns what runs it: outputs in order. A failed run changes no cell. */
  prepare(request: RunRequest): () => Promise<(Float32Array | Int32Array)[]>;
}
