import type { KernelStep } from "../core/kernel.ts";
import type { Shape } from "../core/shape.ts";
import { type Lifetime, type Plan, type PlanBackend, type PlannedStep, touched } from "../engine/plan.ts";
import type { PlanGraph } from "../engine/plan-graph.ts";
import { makePlan } from "../engine/planner.ts";
import type { Buffer } from "../engine/view.ts";
import { LayerNames } from "./layers.ts";
import type { Network } from "./recording.ts";
import { type Phase, type ScratchRun, scratchRun } from "./scratch.ts";

/** What a plan depends on: a WASM device has it. */
export interface PlanningDevice {
  readonly backend: PlanBackend;
}

/** What a step reads or writes. */
export interface PlanBuffer {
  /** "arena", "kept" (between runs), "input", "constant", or the name of the cell: "conv1.weight". */
  readonly home: string;
  /** Bytes from the arena's start; null outside of it. */
  readonly offset: number | null;
  readonly bytes: number;
}

export interface PlanStep {
  /** Path of the layer that the step is made for: "" for the network's own forward, "(loss)", null for what belongs to none. */
  readonly layer: string | null;
  /** All layers that have a part in it, `layer` first: an activation is done in the pass of the layer before it. */
  readonly layers: readonly string[];
  readonly phase: Phase;
  /** The kernel. */
  readonly kernel: string;
  /** Ops that are done in the same pass: after the kernel's own, or all of an elementwise pass or a reduction. */
  readonly fused: readonly string[];
  /** Which of the kernel's steps it is: "pack weights"; "" where there is one. */
  readonly part: string;
  /** Only moves numbers into another layout or place. */
  readonly moves: boolean;
  /** Depends on parameters and buffers alone: it runs again only when one of them has changed. */
  readonly once: boolean;
  /** Parts that threads may do at once. */
  readonly pieces: number;
  /** How often it takes turns with the steps beside it, which pass images on in bands; 1 where it runs whole. */
  readonly bands: number;
  /** Bytes in the arena that are alive during the step: no other buffer may lie there. */
  readonly liveBytes: number;
  readonly reads: readonly PlanBuffer[];
  readonly writes: readonly PlanBuffer[];
}

/** A stretch of the arena, and when it is taken. */
export interface ArenaBuffer {
  /** A workspace is memory of one kernel's call alone. */
  readonly kind: "input" | "value" | "workspace";
  /** That of the step which computes it; null for the input. */
  readonly layer: string | null;
  readonly offset: number;
  /** A multiple of 64. */
  readonly bytes: number;
  /** First and last step, from 0, during which it is alive. The input is there before the first, an output after the last. */
  readonly first: number;
  readonly last: number;
}

export interface PlanReport {
  readonly steps: readonly PlanStep[];
  readonly arenaBytes: number;
  /** The most bytes that are alive during one step: no arena can be smaller. */
  readonly liveBytes: number;
  /** All that the arena holds, in the order of its first step. */
  readonly buffers: readonly ArenaBuffer[];
}

/**
 * The plan of a network on a device, without running it: of one forward in evaluation mode, or with `train` of a whole
 * training step in training mode (forward, mean squared error, backward, Adam). No number is made or changed.
 * @throws ShapeError that names the layer which the input does not fit; ArgumentError for a shape that is none.
 */
export function planOf(
  network: Network,
  inputShape: Shape,
  device: PlanningDevice,
  options: { readonly train?: boolean } = {},
): PlanReport {
  const run = scratchRun("planOf", network, inputShape, options.train ?? false);
  return reportPlan(makePlan(run.graph, device.backend), run, network, device);
}

/** What there is to say about a plan. */
export function reportPlan(plan: Plan, run: ScratchRun, network: Network, device: PlanningDevice): PlanReport {
  const { graph } = run;
  const names = device.backend.kernels.map(({ name }) => name).sort((a, b) => b.length - a.length);
  const layers = new LayerNames(network, run.loss);
  const places = new Places(plan, graph);
  const live = liveBytes(plan);
  const steps = plan.steps.map((step, index): PlanStep => {
    const written = new Set(writtenBy(step));
    const reads = [...new Set(touched(step))].filter((each) => !written.has(each));
    const among = layers.of(step, graph);
    const [node] = step.work.nodes;
    const shown = { ...splitLabel(step.step, names), pieces: step.step.pieces };
    return {
      layer: among[0] ?? null,
      layers: among,
      phase: node === undefined ? "forward" : run.phase(graph.origins[node]!.id),
      ...shown,
      moves: step.work.moves,
      bands: step.parts?.length ?? 1,
      once: index < plan.prologueSteps,
      liveBytes: live[index]!,
      reads: reads.map((each) => places.of(each)),
      writes: [...written].map((each) => places.of(each)),
    };
  });
  return { steps, arenaBytes: plan.arenaBytes, liveBytes: plan.liveBytes, buffers: arenaBuffers(plan, steps) };
}

class Places {
  readonly #plan: Plan;
  readonly #graph: PlanGraph;

  constructor(plan: Plan, graph: PlanGraph) {
    this.#plan = plan;
    this.#graph = graph;
  }

  of(buffer: Buffer): PlanBuffer {
    const { id, home, size } = buffer;
    if (this.#plan.kept.has(buffer)) return { home: "kept", offset: null, bytes: size * 4 };
    const offset = this.#plan.offsets[id]!;
    const kinds = { data: "input", table: "constant", arena: "arena" };
    const where = home.kind === "cell" ? this.#graph.cells[home.slot]!.name : kinds[home.kind];
    return { home: where, offset: offset < 0 ? null : offset, bytes: size * 4 };
  }
}

/** By step. */
function liveBytes({ steps, lifetimes }: Plan): number[] {
  const changes = new Array<number>(steps.length + 1).fill(0);
  for (const lifetime of lifetimes.values()) {
    const { first, last } = within(lifetime, steps.length);
    changes[first]! += lifetime.bytes;
    changes[last + 1]! -= lifetime.bytes;
  }
  let live = 0;
  return steps.map((_, index) => (live += changes[index]!));
}

function arenaBuffers({ steps: planned, lifetimes, offsets }: Plan, steps: readonly PlanStep[]): ArenaBuffer[] {
  const workspaces = new Set(planned.flatMap((step) => step.buffers.workspace));
  const makers = new Map<Buffer, string | null>();
  for (const [index, step] of planned.entries()) {
    // A border is filled before, and a move into another layout does not compute.
    for (const buffer of writtenBy(step)) {
      if (!steps[index]!.moves && !makers.has(buffer)) makers.set(buffer, steps[index]!.layer);
    }
  }
  const buffers = [...lifetimes].map(([buffer, lifetime]): ArenaBuffer => {
    const input = buffer.home.kind === "data";
    const { first, last } = within(lifetime, steps.length);
    return {
      kind: input ? "input" : workspaces.has(buffer) ? "workspace" : "value",
      layer: input ? null : (makers.get(buffer) ?? steps[first]?.layer ?? null),
      offset: offsets[buffer.id]!,
      bytes: lifetime.bytes,
      first,
      last,
    };
  });
  return buffers.sort((a, b) => a.first - b.first || a.offset - b.offset);
}

/** Steps that there are: an input is alive before the first, an output after the last. */
function within({ first, last }: Lifetime, count: number): { first: number; last: number } {
  return { first: Math.max(0, first), last: Math.max(0, Math.min(last, count - 1)) };
}

function writtenBy(step: PlannedStep): readonly Buffer[] {
  const { output, workspace } = step.buffers;
  const own = touched(step);
  const named = output.filter((each) => own.includes(each));
  // The first steps of a kernel fill its workspace and leave its output alone.
  return named.length > 0 ? named : workspace.filter((each) => own.includes(each));
}

/**
 * A label is the kernel's name, the ops that were fused behind it, and after a colon the step. Passes that belong to no
 * op (elementwise, reductions, borders) are named by their key, and their label is what they do.
 */
function splitLabel(step: KernelStep, names: readonly string[]): Pick<PlanStep, "kernel" | "fused" | "part"> {
  const [whole, ...parts] = step.label.split(": ") as [string, ...string[]];
  const name = names.find((each) => whole === each || whole.startsWith(`${each} `));
  const kernel = name ?? step.key.split(" ")[0]!;
  const done = whole.slice(name?.length ?? 0).split(" ");
  return {
    kernel,
    fused: done.filter((word) => word !== "" && word !== "constant" && word !== kernel),
    part: parts.join(": "),
  };
}
