import type { Node } from "./node.ts";
import type { DType, Shape } from "./shape.ts";

/** Numbers that a device holds for a cell. */
export interface Storage {
  readonly owner: object;
  /** A copy of the numbers, row-major. */
  read(): Float32Array | Int32Array;
}

/**
 * A value that lives on between runs: a parameter, a buffer, a gradient, the state of an optimiser. Versions count up;
 * `expressions` holds those that are recorded but not yet computed, `storage` the numbers of `storedVersion`.
 */
export class Cell {
  readonly shape: Shape;
  readonly dtype: DType;
  /** What it is, for messages: "conv1.weight", "conv1.weight.grad", "Adam exp_avg of conv1.weight". */
  name: string;
  /** The version that a new reader gets. */
  version = 0;
  /** The version whose numbers `storage` or `initial` will hold once the queued runs are done; -1 before the first. */
  storedVersion = -1;
  /** The version whose numbers are there now. */
  presentVersion = -1;
  storage: Storage | null = null;
  /** Makes version 0 at its first read. */
  initial: (() => Float32Array | Int32Array) | null;
  /** Version to the expression that computes it, oldest first. */
  readonly pending = new Map<number, Node>();
  /** False: gradients stop here. */
  requiresGrad = false;
  /** The leaf that reads `version`: shared by all graphs recorded between two changes. */
  leaf: Node | null = null;

  constructor(shape: Shape, dtype: DType, name: string, initial: (() => Float32Array | Int32Array) | null = null) {
    this.shape = shape;
    this.dtype = dtype;
    this.name = name;
    this.initial = initial;
    if (initial) this.storedVersion = this.presentVersion = 0;
  }

  /**
   * Forgets what is recorded but not computed, so that a recording that never runs starts as the first one did. The
   * result puts all of it back.
   */
  setAside(): () => void {
    const { version, storedVersion, presentVersion, leaf, initial } = this;
    const pending = [...this.pending];
    this.pending.clear();
    this.leaf = null;
    this.storedVersion = this.presentVersion = storedVersion < 0 && !initial ? -1 : version;
    return () => {
      Object.assign(this, { version, storedVersion, presentVersion, leaf });
      this.pending.clear();
      for (const [each, expression] of pending) this.pending.set(each, expression);
    };
  }
}
