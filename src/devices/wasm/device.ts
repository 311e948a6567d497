import { borderStep } from "../../codegen/wasm/border.ts";
import { elementwiseStep } from "../../codegen/wasm/elementwise.ts";
import { reduceSteps } from "../../codegen/wasm/reduce.ts";
import type { Cell } from "../../core/cell.ts";
import { ConvsmithError } from "../../core/errors.ts";
import { scratchLimit, type Target, type WasmKernel } from "../../core/kernel.ts";
import { copyOf, numel, type Shape } from "../../core/shape.ts";
import type { Device, RunRequest } from "../../engine/device.ts";
import { GraphMemo } from "../../engine/graph-memo.ts";
import type { BandLimits, Plan, PlanBackend } from "../../engine/plan.ts";
import { dataOf, type PlanGraph } from "../../engine/plan-graph.ts";
import { makePlan } from "../../engine/planner.ts";
import type { View } from "../../engine/view.ts";
import { KernelCache } from "./kernels.ts";
import { type Block, DeviceMemory } from "./memory.ts";
import { PreparedPlan, type PreparedStep } from "./prepared.ts";
import { WasmStorage } from "./storage.ts";
import { type StartThread, ThreadPool, threadLimit } from "./threads.ts";
import { controlWords } from "./worker.ts";

export interface WasmDeviceOptions {
  /** Op kernels, in order of preference. */
  readonly kernels: readonly WasmKernel[];
  /** What the machine can do; `memory` is filled in. */
  readonly target: Omit<Target, "memory">;
  readonly threads: number;
  readonly startThread: StartThread | null;
  /** False on a browser page's main thread, which may not sleep, and where there is no shared memory. */
  readonly mayWait: boolean;
  readonly shared: boolean;
  /** Gives other work on this thread a chance: called between steps of a long run. */
  readonly breathe: () => Promise<void>;
}

/** How long the parts of one run took. */
export interface RunTimes {
  readonly graph: PlanGraph;
  readonly plan: Plan;
  /** By step. */
  readonly steps: readonly number[];
  /** All of the run on the device: the steps, addresses, copies of input and output. */
  readonly run: number;
}

/** Times the steps of runs. */
export interface RunTimer {
  /** Milliseconds from some moment on. */
  readonly now: () => number;
  readonly done: (times: RunTimes) => void;
}

/** A plan is forgotten when more are cached than this. */
const planLimit = 64;
/** Packed weights and the like that plans keep between runs, of all plans together. */
const mostKeptBytes = 512 * 2 ** 20;
const breathAfterMilliseconds = 40;
/**
 * A second-level cache holds no image above the first; a last-level cache holds a chain. More threads need more pieces at a
 * time, so taller bands, and have more cache: bands never show in the bits. Measured: docs/decisions/0005.
 */
const bandLimits = (threads: number): BandLimits => ({ image: 4 << 20, chain: Math.max(4, threads) * (2 << 20) });

/** Runs plans on WebAssembly kernels that are emitted for them, on all threads. */
export class WasmDevice implements Device {
  readonly name = "wasm";
  readonly memory: DeviceMemory;
  readonly pool: ThreadPool;
  readonly kernels: KernelCache;
  readonly backend: PlanBackend;
  /** Counts for people and tests. */
  plansBuilt = 0;
  arenaBytes = 0;
  /** Null: nothing is timed. */
  timer: RunTimer | null = null;
  readonly #options: WasmDeviceOptions;
  readonly #graphs = new GraphMemo();
  readonly #plans = new Map<string, PreparedPlan>();
  #arena: Block | null = null;
  #running: PreparedPlan | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #breath = performance.now();

  constructor(options: WasmDeviceOptions) {
    this.#options = options;
    const threads = Math.max(1, Math.min(options.threads, threadLimit));
    const controlBytes = Math.ceil((controlWords * 4) / 64) * 64;
    this.memory = new DeviceMemory(options.shared, controlBytes + threads * scratchLimit);
    this.pool = new ThreadPool(this.memory, threads, controlBytes, options.startThread, options.mayWait);
    this.kernels = new KernelCache(this.memory, this.pool);
    this.memory.reclaim = () => this.#forget(Number.POSITIVE_INFINITY) > 0;
    const { initialPages, maximumPages, shared } = this.memory;
    const target: Target = { ...options.target, memory: { initialPages, maximumPages, shared } };
    this.backend = {
      target,
      kernels: options.kernels,
      keptLimit: Math.min(mostKeptBytes, (maximumPages * 65536) / 4),
      elementwise: elementwiseStep,
      reduce: reduceSteps,
      border: borderStep,
      bands: bandLimits(this.pool.threads),
    };
  }

  /**
   * Starts all threads and gives how many work: for measuring. Without it the first steps run while they start.
   * @example
   * import { wasmDevice } from "convsmith";
   * console.log(await wasmDevice({ threads: 2 }).ready()); // 2
   */
  ready(): Promise<number> {
    return this.pool.ready();
  }

  /** The plan that a request gets, without running it. */
  plan(graph: PlanGraph): PreparedPlan {
    const known = this.#plans.get(graph.key);
    if (known) {
      this.#plans.delete(graph.key);
      this.#plans.set(graph.key, known);
      return known;
    }
    return this.#build(graph, makePlan(graph, this.backend));
  }

  #build(graph: PlanGraph, plan: Plan): PreparedPlan {
    const prepared = new PreparedPlan(plan, this.memory, this.kernels);
    this.plansBuilt++;
    this.#plans.set(graph.key, prepared);
    for (const [key, old] of this.#plans) {
      if (this.#plans.size <= planLimit) break;
      this.#plans.delete(key);
      old.release();
    }
    return prepared;
  }

  prepare(request: RunRequest): () => Promise<(Float32Array | Int32Array)[]> {
    const graph = this.#graphs.graph(request);
    return () => {
      // One run at a time: all share the arena, whichever engine they come from.
      const done = this.#turn.then(() => this.#run(graph));
      this.#turn = done.catch(() => undefined);
      return done;
    };
  }

  async #run(graph: PlanGraph): Promise<(Float32Array | Int32Array)[]> {
    // Looked up when its turn comes: until then another plan may push it out of the cache.
    let prepared = this.plan(graph);
    const { timer } = this;
    const start = timer?.now() ?? 0;
    const storages = graph.cells.map((cell) => this.#storage(cell));
    let arena = this.#reserve(prepared.plan.arenaBytes);
    if (!this.#keep(prepared)) {
      this.#plans.delete(graph.key);
      prepared.release();
      prepared = this.#build(graph, makePlan(graph, this.backend, 0));
      arena = this.#reserve(prepared.plan.arenaBytes);
    }
    const cells = storages.map(({ address }) => address);
    prepared.bind(arena, cells);
    this.#upload(prepared, graph, arena, cells);
    const times = new Array<number>(prepared.plan.steps.length).fill(0);
    const { plan } = prepared;
    const stamps = plan.keptCells.map((slot) => storages[slot]!.stamp);
    const skipped = prepared.isFresh(stamps) ? plan.prologueSteps : 0;
    // What fails half-way leaves neither the kept results nor the cells as they were.
    if (skipped === 0) prepared.mark(null);
    for (const { cell } of graph.writes) storages[cell]!.change();
    this.#running = prepared;
    try {
      for (let at = skipped; at < prepared.steps.length; at++) {
        const step = prepared.steps[at]!;
        const from = timer?.now() ?? 0;
        this.#step(step);
        if (timer) times[step.index]! += timer.now() - from;
        // Counted over runs: a loop of short ones would else keep the page, and the workers that it starts, waiting.
        if (performance.now() - this.#breath > breathAfterMilliseconds) {
          await this.#options.breathe();
          this.#breath = performance.now();
        }
      }
    } finally {
      this.#running = null;
    }
    prepared.mark(stamps);
    const outputs = plan.outputs.map((view) => this.#read(view, prepared.address(view.buffer.id, arena, cells)));
    timer?.done({ graph, plan, steps: times, run: timer.now() - start });
    return outputs;
  }

  #step({ label, kernel, address, pieces }: PreparedStep): void {
    try {
      this.pool.run(kernel.id, kernel.run, address, pieces);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new ConvsmithError(
        `${label}: an index points outside the tensor it reads. Check the values of int32 inputs.`,
      );
    }
  }

  /** Takes memory for what the plan keeps between runs, from other plans where it is too much. False: there is none. */
  #keep(prepared: PreparedPlan): boolean {
    const { keptBytes } = prepared.plan;
    if (prepared.keptBytes > 0 || keptBytes === 0) return true;
    let over = keptBytes - this.backend.keptLimit;
    for (const each of this.#plans.values()) over += each.keptBytes;
    this.#forget(over);
    try {
      prepared.keep();
    } catch (error) {
      if (error instanceof ConvsmithError) return false;
      throw error;
    }
    return true;
  }

  /** Gives back at least so many bytes of what plans keep, the longest unused first, if there are as many. @returns how many. */
  #forget(bytes: number): number {
    let given = 0;
    for (const each of this.#plans.values()) {
      if (given >= bytes) break;
      if (each === this.#running) continue;
      given += each.keptBytes;
      each.forget();
    }
    return given;
  }

  #reserve(bytes: number): number {
    if (!this.#arena || this.#arena.bytes < bytes) {
      if (this.#arena) this.memory.release(this.#arena);
      this.#arena = null;
      this.#arena = this.memory.allocate(bytes);
      this.arenaBytes = this.#arena.bytes;
    }
    return this.#arena.address;
  }

  #storage(cell: Cell): WasmStorage {
    const { storage } = cell;
    if (storage instanceof WasmStorage && storage.owner === this.memory) return storage;
    const moved = new WasmStorage(this.memory, cell.shape, cell.dtype);
    const data = storage?.read() ?? cell.initial?.();
    if (data) moved.write(data);
    cell.storage = moved;
    cell.initial = null;
    return moved;
  }

  #upload(prepared: PreparedPlan, graph: PlanGraph, arena: number, cells: readonly number[]): void {
    for (const [slot, node] of graph.data.entries()) {
      const buffer = prepared.plan.dataBuffers[slot];
      if (!buffer || prepared.plan.offsets[buffer.id]! < 0) continue;
      const data = dataOf(node);
      const view = data instanceof Int32Array ? this.memory.ints : this.memory.floats;
      view.set(data, prepared.address(buffer.id, arena, cells) >> 2);
    }
  }

  #read(view: View, address: number): Float32Array | Int32Array {
    const memory = view.dtype === "int32" ? this.memory.ints : this.memory.floats;
    const start = (address >> 2) + view.offset;
    return gather(memory, start, view.shape, view.strides);
  }
}

/** Copies a strided tensor to a row-major array. */
function gather(
  memory: Float32Array | Int32Array,
  start: number,
  shape: Shape,
  strides: readonly number[],
): Float32Array | Int32Array {
  const count = numel(shape);
  let inner = 1;
  let axis = shape.length;
  while (axis > 0 && (shape[axis - 1] === 1 || strides[axis - 1] === inner)) inner *= shape[--axis]!;
  if (inner === count) return copyOf(memory.subarray(start, start + count));
  const result = memory instanceof Int32Array ? new Int32Array(count) : new Float32Array(count);
  const index = new Array<number>(axis).fill(0);
  for (let at = 0; at < count; at += inner) {
    let from = start;
    for (let outer = 0; outer < axis; outer++) from += index[outer]! * strides[outer]!;
    if (inner === 1) result[at] = memory[from]!;
    else result.set(memory.subarray(from, from + inner), at);
    for (let outer = axis - 1; outer >= 0 && ++index[outer]! === shape[outer]; outer--) index[outer] = 0;
  }
  return result;
}
