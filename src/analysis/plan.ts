import type { KernelStep } from "../core/kernel.ts";
import { numel, type Shape } from "../core/shape.ts";
import type { Device, RunRequest } from "../engine/device.ts";
import { type Plan, type PlannedStep, touched } from "../engine/plan.ts";
import { type PlanGraph, planGraph } from "../engine/plan-graph.ts";
import type { Buffer } from "../engine/view.ts";
import * as nn from "../nn/index.ts";
import { Adam } from "../optim/index.ts";
import { currentDevice, engine, setDevice, Tensor } from "../tensor/index.ts";
import { type Network, placeholder } from "./recording.ts";

/** A device that makes plans, as the WASM device does. */
export interface PlanningDevice extends Device {
  plan(graph: PlanGraph): { readonly plan: Plan };
  readonly backend: { readonly kernels: readonly { readonly name: string }[] };
}

/** What a step reads or writes. */
export interface PlanBuffer {
  /** "arena", "input", "constant", or the name of the cell: "conv1.weight". */
  readonly home: string;
  /** Bytes from the arena's start; null outside of it. */
  readonly offset: number | null;
  readonly bytes: number;
}

export interface PlanStep {
  /** The kernel, or the op that runs in plain JavaScript. */
  readonly kernel: string;
  /** Ops that are done in the same pass: after the kernel's own, or all of an elementwise pass or a reduction. */
  readonly fused: readonly string[];
  /** Which of the kernel's steps it is: "pack weights"; "" where there is one. */
  readonly part: string;
  /** Parts that threads may do at once; 0 in plain JavaScript. */
  readonly pieces: number;
  readonly reads: readonly PlanBuffer[];
  readonly writes: readonly PlanBuffer[];
}

export interface PlanReport {
  readonly steps: readonly PlanStep[];
  readonly arenaBytes: number;
  /** The most bytes that are alive during one step. */
  readonly liveBytes: number;
}

/**
 * The plan of a network on a device, without running it: of one forward in the mode that the network is in, or with
 * `train` of a whole training step (forward, mean squared error, backward, Adam). The network's parameters and gradients
 * are left unusable: give it one made for this.
 * @throws ShapeError that names the layer which the input does not fit.
 */
export async function planOf(
  network: Network,
  inputShape: Shape,
  device: PlanningDevice,
  options: { readonly train?: boolean } = {},
): Promise<PlanReport> {
  const recorder = new RequestRecorder();
  const before = currentDevice();
  setDevice(recorder);
  try {
    const output = network.forward(placeholder(inputShape));
    const outputs =
      output instanceof Tensor ? [output] : Object.values(output as object).filter((each) => each instanceof Tensor);
    if (options.train) {
      const optimizer = new Adam(network.parameters(), { lr: 1e-3 });
      for (const each of outputs) new nn.MSELoss().forward(each, placeholder(each.shape)).backward();
      await optimizer.step();
    } else await engine().values(outputs.map((each) => each.node));
  } finally {
    setDevice(before);
  }
  const graph = recorder.graphs.at(-1)!;
  return report(device.plan(graph).plan, graph, device);
}

/** Takes requests instead of running them: nothing is computed, and cells get no numbers. */
class RequestRecorder implements Device {
  readonly name = "none";
  readonly graphs: PlanGraph[] = [];

  prepare(request: RunRequest): () => Promise<Float32Array[]> {
    this.graphs.push(planGraph(request));
    return async () => request.outputs.map((node) => new Float32Array(Math.min(1, numel(node.shape))));
  }
}

function report(plan: Plan, graph: PlanGraph, device: PlanningDevice): PlanReport {
  const names = device.backend.kernels.map(({ name }) => name).sort((a, b) => b.length - a.length);
  const buffer = ({ id, home, size }: Buffer): PlanBuffer => {
    const offset = plan.offsets[id]!;
    const where =
      home.kind === "cell"
        ? graph.cells[home.slot]!.name
        : home.kind === "data"
          ? "input"
          : home.kind === "table"
            ? "constant"
            : "arena";
    return { home: where, offset: offset < 0 ? null : offset, bytes: size * 4 };
  };
  const steps = plan.steps.map((step): PlanStep => {
    const written = new Set(writtenBy(step));
    const reads = [...new Set(touched(step))].filter((each) => !written.has(each));
    const described = { reads: reads.map(buffer), writes: [...written].map(buffer) };
    if (step.kind === "host")
      return { kernel: `${step.label} (plain JavaScript)`, fused: [], part: "", pieces: 0, ...described };
    return { ...splitLabel(step.step, names), pieces: step.step.pieces, ...described };
  });
  return { steps, arenaBytes: plan.arenaBytes, liveBytes: plan.liveBytes };
}

function writtenBy(step: PlannedStep): readonly Buffer[] {
  if (step.kind === "host") return [step.output.buffer];
  // The first steps of a kernel fill its workspace and leave its output alone, but belong to the same write.
  return step.buffers.output;
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
