import type { Device, RunRequest } from "../engine/device.ts";
import { planGraph } from "../engine/plan-graph.ts";
import { constantOp } from "../ops/index.ts";

/** Passes runs on to another device, and keeps account of them. */
export class WatchedDevice implements Device {
  readonly name: string;
  /** The structure of each run: the key under which its plan is cached. */
  readonly plans: string[] = [];
  /** The ids of the nodes that were computed, once for each time; but constants, which all graphs share. */
  readonly computed: number[] = [];
  /** The next run fails, as a lost device would. */
  failNext = false;
  readonly #inner: Device;

  constructor(inner: Device) {
    this.name = inner.name;
    this.#inner = inner;
  }

  prepare(request: RunRequest): () => Promise<(Float32Array | Int32Array)[]> {
    this.plans.push(planGraph(request).key);
    for (const node of request.order) {
      if (node.op.kind !== "leaf" && node.op !== constantOp && !node.value && !node.bound) this.computed.push(node.id);
    }
    const run = this.#inner.prepare(request);
    const fails = this.failNext;
    this.failNext = false;
    return async () => {
      if (fails) throw new Error("the device is lost");
      return run();
    };
  }

  /** Whether some node was computed more than once. */
  get repeats(): boolean {
    return new Set(this.computed).size < this.computed.length;
  }
}
