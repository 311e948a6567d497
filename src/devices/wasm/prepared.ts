import { type Argument, type KernelPart, scratchLimit } from "../../core/kernel.ts";
import type { Plan, PlannedStep } from "../../engine/plan.ts";
import type { Kernel, KernelCache } from "./kernels.ts";
import type { Block, DeviceMemory } from "./memory.ts";

/** One step with its kernel, and where its argument block is. */
export interface PreparedStep {
  /** Number of the plan's step that it is, or a part of. */
  readonly index: number;
  readonly label: string;
  readonly kernel: Kernel;
  readonly address: number;
  readonly pieces: number;
}

/** A place in an argument block that holds an address. */
interface Patch {
  readonly word: number;
  readonly buffer: number;
  readonly offset: number;
}

/**
 * A plan in the device's memory: kernels compiled, tables and argument blocks written. Addresses are filled in when they
 * change: the arena's after it has moved, the cells' when the plan runs for others.
 */
export class PreparedPlan {
  readonly plan: Plan;
  readonly steps: readonly PreparedStep[];
  /** Bytes outside the arena. */
  readonly bytes: number;
  readonly #memory: DeviceMemory;
  readonly #patches: readonly Patch[];
  readonly #tables = new Map<number, number>();
  readonly #blocks: Block[] = [];
  #bound: number[] = [];
  #kept: Block | null = null;
  /** Of the cells' contents that the kept results were made from; null while there are none. */
  #stamps: readonly number[] | null = null;

  constructor(plan: Plan, memory: DeviceMemory, kernels: KernelCache) {
    this.plan = plan;
    this.#memory = memory;
    for (const { id, home } of plan.buffers) {
      if (home.kind !== "table") continue;
      const block = this.#allocate(home.data.length * 4);
      const view = home.data instanceof Int32Array ? memory.ints : memory.floats;
      view.set(home.data, block.address >> 2);
      this.#tables.set(id, block.address);
    }
    const block = this.#allocate(argumentBytes(plan));
    const patches: Patch[] = [];
    let next = block.address >> 2;
    const steps = plan.steps.map((planned, index): PreparedStep[] => {
      const { label, scratchBytes = 0 } = planned.step;
      if (scratchBytes > scratchLimit) throw new Error(`${label}: needs ${scratchBytes} bytes of scratch memory`);
      const kernel = kernels.get(planned.step);
      return partsOf(planned).map((part) => {
        const address = next * 4;
        for (const [word, argument] of part.arguments.entries())
          this.#argument(argument, next + word, planned, patches);
        next += align(part.arguments.length);
        return { index, label, kernel, address, pieces: part.pieces };
      });
    });
    this.steps = inOrder(plan, steps);
    this.#patches = patches;
    this.bytes = this.#blocks.reduce((sum, each) => sum + each.bytes, 0);
  }

  /** Bytes that are kept between runs now. */
  get keptBytes(): number {
    return this.#kept?.bytes ?? 0;
  }

  /** Takes memory for what is kept between runs, where there is none yet. @throws ConvsmithError when there is too little. */
  keep(): void {
    if (this.plan.keptBytes > 0) this.#kept ??= this.#memory.allocate(this.plan.keptBytes);
  }

  /** Gives that memory back: the next run computes anew. */
  forget(): void {
    if (this.#kept) this.#memory.release(this.#kept);
    this.#kept = this.#stamps = null;
  }

  /** Whether the prologue has already run for cells of these contents. */
  isFresh(stamps: readonly number[]): boolean {
    return this.#stamps !== null && stamps.every((stamp, index) => stamp === this.#stamps![index]);
  }

  /** The kept results are those of cells of these contents; null: of none. */
  mark(stamps: readonly number[] | null): void {
    this.#stamps = stamps;
  }

  /** Writes the addresses of this run, where they differ from those of the last. */
  bind(arena: number, cells: readonly number[]): void {
    const bound = [arena, this.#kept?.address ?? 0, ...cells];
    if (bound.length === this.#bound.length && bound.every((address, index) => address === this.#bound[index])) return;
    this.#bound = bound;
    const { ints } = this.#memory;
    for (const { word, buffer, offset } of this.#patches) ints[word] = this.address(buffer, arena, cells) + offset;
  }

  /** The byte address of a buffer. */
  address(id: number, arena: number, cells: readonly number[]): number {
    const buffer = this.plan.buffers[id]!;
    const { home } = buffer;
    if (home.kind === "cell") return cells[home.slot]!;
    if (home.kind === "table") return this.#tables.get(id)!;
    const kept = this.plan.kept.get(buffer);
    return kept === undefined ? arena + this.plan.offsets[id]! : this.#kept!.address + kept;
  }

  release(): void {
    this.forget();
    for (const block of this.#blocks) this.#memory.release(block);
  }

  #argument(argument: Argument, word: number, planned: PlannedStep, patches: Patch[]): void {
    if (typeof argument === "number") this.#memory.ints[word] = argument;
    else {
      const buffer = planned.buffers[argument.buffer][argument.index]!;
      patches.push({ word, buffer: buffer.id, offset: (argument.offset ?? 0) * 4 });
    }
  }

  #allocate(bytes: number): Block {
    const block = this.#memory.allocate(bytes);
    this.#blocks.push(block);
    return block;
  }
}

/** Step after step, but the parts of chained steps by turns. */
function inOrder({ chains }: Plan, steps: readonly (readonly PreparedStep[])[]): PreparedStep[] {
  const chainAt = new Map(chains.map((chain) => [chain.first, chain]));
  const ordered: PreparedStep[] = [];
  for (let index = 0; index < steps.length; index++) {
    const chain = chainAt.get(index);
    if (chain) for (const { step, part } of chain.turns) ordered.push(steps[step]![part]!);
    else ordered.push(...steps[index]!);
    index = chain?.last ?? index;
  }
  return ordered;
}

const partsOf = ({ step, parts }: PlannedStep): readonly KernelPart[] => parts ?? [step];

/** What the argument blocks of all steps take. */
export function argumentBytes(plan: Plan): number {
  return plan.steps.reduce(
    (sum, step) => partsOf(step).reduce((own, part) => own + 4 * align(part.arguments.length), sum),
    0,
  );
}

/** Argument blocks start at multiples of 16 bytes. */
function align(words: number): number {
  return Math.ceil(words / 4) * 4;
}
