import { ConvsmithError } from "../core/errors.ts";
import { numel, type Shape } from "../core/shape.ts";
import { blockBytes } from "../devices/wasm/memory.ts";
import { argumentBytes } from "../devices/wasm/prepared.ts";
import type { Plan } from "../engine/plan.ts";
import type { PlanGraph } from "../engine/plan-graph.ts";
import { makePlan } from "../engine/planner.ts";
import { type ArenaBuffer, type PlanningDevice, type PlanStep, reportPlan } from "./plan.ts";
import type { Network } from "./recording.ts";
import { type Phase, scratchRun } from "./scratch.ts";

/** A device whose memory can be foretold, as that of the WASM device. */
export interface MeasuredDevice extends PlanningDevice {
  readonly name: string;
  readonly pool: { readonly threads: number };
  readonly memory: { readonly reservedBytes: number; readonly shared: boolean };
}

/** One step of the plan on the time axis. */
export interface MemoryStep {
  /** From 0. */
  readonly step: number;
  /** Path of the layer: "" for the network's own forward, "(loss)", null for what belongs to none. */
  readonly layer: string | null;
  readonly phase: Phase;
  readonly kernel: string;
  /** Bytes in the arena that are alive during the step. */
  readonly liveBytes: number;
}

/** What one run takes. All in bytes; `totalBytes` is the sum of those marked +. */
export interface RunMemory {
  /** + Values between layers, the input and the kernels' workspaces share this block: the peak, as the device allocates it. */
  readonly arenaBytes: number;
  /** The most that is alive in the arena at once; what is missing to `arenaBytes` are gaps between buffers. */
  readonly liveBytes: number;
  /** Of the input: a part of the arena. */
  readonly inputBytes: number;
  /** + Parameters that the run uses. */
  readonly parameterBytes: number;
  /** + Buffers that it uses, such as running statistics. */
  readonly bufferBytes: number;
  /** + Gradients of parameters. */
  readonly gradientBytes: number;
  /** + What the optimiser remembers. */
  readonly optimizerBytes: number;
  /** + What depends on parameters and buffers alone, such as packed weights, and is kept between runs. */
  readonly keptBytes: number;
  /** + Tables that belong to the plan. */
  readonly tableBytes: number;
  /** + Arguments of the kernels. */
  readonly argumentBytes: number;
  /** + Kernels, which all threads read; 0 where memory is not shared. */
  readonly kernelBytes: number;
  /** + What the threads talk through, and a scratch memory for each. */
  readonly threadBytes: number;
  /** + Each of these begins at a multiple of 64: what that takes. */
  readonly alignmentBytes: number;
  readonly totalBytes: number;
  readonly timeline: readonly MemoryStep[];
  /** The first step at which `liveBytes` are alive, from 0, and what they are, largest first. */
  readonly peak: { readonly step: number; readonly buffers: readonly ArenaBuffer[] };
}

/** Plain data: it can be written as JSON. */
export interface NetworkMemory {
  readonly device: string;
  readonly threads: number;
  /** Rows and columns of the register tile, which a probe chooses by time: borders, and so bytes, depend on it. */
  readonly tile: readonly [rows: number, columns: number];
  readonly inputShape: Shape;
  /** One forward in evaluation mode. */
  readonly inference: RunMemory;
  /** Forward, mean squared error, backward and the optimiser's update, in training mode. */
  readonly training: TrainingMemory | null;
  /** Where there is no training step, why: "norm (BatchNorm2d 8): needs more than one value per channel when training, …". */
  readonly trainingError: string | null;
}

export interface TrainingMemory extends RunMemory {
  readonly loss: "MSELoss";
  readonly optimizer: "Adam";
}

/**
 * The memory that a network takes on this device, in inference and in a training step, from the plans that the device
 * would run: to the byte what a device that has run nothing else holds afterwards. Nothing is computed, no parameter is
 * made, and the network is left as it was. Not in it are the copies of input and output on the JavaScript heap.
 * @throws ShapeError that names the layer which the input does not fit; ArgumentError for a shape that is none.
 * @example
 * import { memoryOf, nn, wasmDevice } from "convsmith";
 * const { inference, training } = memoryOf(new nn.Conv2d(1, 64, 5, { padding: 2 }), [1, 1, 360, 640], wasmDevice());
 * console.log(inference.parameterBytes, training?.optimizerBytes); // 6656 13312
 */
export function memoryOf(network: Network, inputShape: Shape, device: MeasuredDevice): NetworkMemory {
  const inference = runMemory(network, inputShape, device, false);
  const { tile } = device.backend.target;
  const facts = { device: device.name, threads: device.pool.threads, tile, inputShape, inference };
  try {
    const training = runMemory(network, inputShape, device, true);
    return { ...facts, training: { ...training, loss: "MSELoss", optimizer: "Adam" }, trainingError: null };
  } catch (error) {
    // Batch norm refuses a single value; a frozen network has no gradients.
    if (!(error instanceof ConvsmithError)) throw error;
    return { ...facts, training: null, trainingError: error.message };
  }
}

/** As memoryOf, of one kind of run: `train` is a training step. */
export function runMemory(network: Network, inputShape: Shape, device: MeasuredDevice, train: boolean): RunMemory {
  const run = scratchRun("memoryOf", network, inputShape, train);
  const plan = makePlan(run.graph, device.backend);
  const { steps, buffers, liveBytes } = reportPlan(plan, run, network, device);
  const parts = {
    arenaBytes: [blockBytes(plan.arenaBytes)],
    ...cellSizes(network, run.graph),
    keptBytes: plan.keptBytes > 0 ? [plan.keptBytes] : [],
    tableBytes: plan.buffers.flatMap(({ home }) => (home.kind === "table" ? [4 * home.data.length] : [])),
    argumentBytes: [argumentBytes(plan)],
    kernelBytes: device.memory.shared ? kernelSizes(plan) : [],
    threadBytes: [device.memory.reservedBytes],
  };
  const sums = mapValues(parts, sum);
  const totalBytes = sum(Object.values(parts).flatMap((sizes) => sizes.map(blockBytes)));
  const peak = Math.max(
    0,
    steps.findIndex((step) => step.liveBytes === liveBytes),
  );
  return {
    ...sums,
    liveBytes,
    inputBytes: 4 * numel(inputShape),
    alignmentBytes: totalBytes - sum(Object.values(sums)),
    totalBytes,
    timeline: steps.map(onTimeline),
    peak: {
      step: peak,
      buffers: buffers.filter(({ first, last }) => first <= peak && peak <= last).sort((a, b) => b.bytes - a.bytes),
    },
  };
}

function onTimeline({ layer, phase, kernel, liveBytes }: PlanStep, step: number): MemoryStep {
  return { step, layer, phase, kernel, liveBytes };
}

/** Bytes of each cell that the run touches, by what it is. */
function cellSizes(network: Network, { cells }: PlanGraph) {
  const parameters = new Set(network.parameters().map(({ cell }) => cell));
  const gradients = new Set(network.parameters().map(({ gradCell }) => gradCell));
  const buffers = new Set(network.buffers().map(({ cell }) => cell));
  const sizes = { parameterBytes: [], bufferBytes: [], gradientBytes: [], optimizerBytes: [] } as Record<
    "parameterBytes" | "bufferBytes" | "gradientBytes" | "optimizerBytes",
    number[]
  >;
  for (const cell of cells) {
    const list = parameters.has(cell)
      ? sizes.parameterBytes
      : buffers.has(cell)
        ? sizes.bufferBytes
        : gradients.has(cell)
          ? sizes.gradientBytes
          : sizes.optimizerBytes;
    list.push(4 * numel(cell.shape));
  }
  return sizes;
}

/** Bytes of each module: equal ones are one. */
function kernelSizes({ steps }: Plan): number[] {
  const emitted = new Map(steps.map(({ step }) => [step.key, step]));
  return [...emitted.values()].map((step) => step.emit().length);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function mapValues<Key extends string>(
  record: Readonly<Record<Key, readonly number[]>>,
  change: (values: readonly number[]) => number,
): Record<Key, number> {
  return Object.fromEntries(Object.entries(record).map(([key, values]) => [key, change(values as number[])])) as Record<
    Key,
    number
  >;
}
