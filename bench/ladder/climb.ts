import { numel, type Shape } from "../../src/core/shape.ts";
import { tensor, zeros } from "../../src/index.ts";
import { buildNetwork, directFlops, workloadGraph } from "../lib/network.ts";
import { Task } from "../lib/task.ts";
import type { Workload } from "../lib/workload.ts";
import type { Series } from "./series.ts";

/** Time per FLOP that grows or shrinks more than this from one rung to the next hides a cliff between kernels. */
export const largestJump = 1.5;

export interface Rung {
  readonly series: string;
  readonly kind: Workload["kind"];
  readonly value: number;
  readonly flops: number;
  /** The best call's; null where it could not be computed. */
  readonly milliseconds: number | null;
  readonly picosecondsPerFlop: number | null;
  /** Time per FLOP as a multiple of the rung's before; null for the first. */
  readonly step: number | null;
  readonly jump: boolean;
  readonly error: string | null;
}

/** Milliseconds that a rung is warmed up and timed for, at the least. */
export interface Effort {
  readonly warmUp: number;
  readonly timed: number;
}

/** Times one series; a jump counts only after both of its rungs were timed again. */
export async function climb(series: Series, kind: Workload["kind"], effort: Effort): Promise<Rung[]> {
  const found: (Timed & { readonly value: number; readonly workload: Workload; readonly flops: number })[] = [];
  for (const value of series.values) {
    const workload = series.workload(value, kind);
    const flops = directFlops(workloadGraph(workload));
    found.push({ value, workload, flops, ...(await best(workload, effort)) });
  }
  const perFlop = (at: number) => {
    const { milliseconds, flops } = found[at]!;
    return milliseconds === null ? null : (milliseconds * 1e9) / flops;
  };
  const stepOf = (at: number) => {
    const [before, now] = [at > 0 ? perFlop(at - 1) : null, perFlop(at)];
    return before === null || now === null ? null : now / before;
  };
  const jumps = (at: number) => {
    const step = stepOf(at);
    return step !== null && Math.max(step, 1 / step) > largestJump;
  };
  for (const at of found.keys()) {
    if (!jumps(at)) continue;
    for (const each of [found[at - 1]!, found[at]!]) {
      const again = await best(each.workload, effort);
      if (again.milliseconds !== null) each.milliseconds = Math.min(each.milliseconds!, again.milliseconds);
    }
  }
  return found.map(({ value, flops, milliseconds, error }, at) => ({
    series: series.name,
    kind,
    value,
    flops,
    milliseconds,
    picosecondsPerFlop: perFlop(at),
    step: stepOf(at),
    jump: jumps(at),
    error,
  }));
}

/** Above this, a call is timed twice and no more. */
const longMilliseconds = 1000;

interface Timed {
  milliseconds: number | null;
  readonly error: string | null;
}

async function best(workload: Workload, { warmUp, timed }: Effort): Promise<Timed> {
  try {
    const network = buildNetwork(workload);
    const target = workload.kind === "training" ? numbers(network.forward(zeros(workload.input)).shape) : null;
    const task = new Task(workload, network, numbers(workload.input), target);
    const first = await time(task);
    if (first > longMilliseconds) return { milliseconds: Math.min(first, await time(task)), error: null };
    const begin = performance.now();
    while (performance.now() - begin < warmUp) await time(task);
    let milliseconds = Number.POSITIVE_INFINITY;
    for (const from = performance.now(); performance.now() - from < timed; ) {
      milliseconds = Math.min(milliseconds, await time(task), await time(task));
    }
    return { milliseconds, error: null };
  } catch (error) {
    return { milliseconds: null, error: (error as Error).message.split("\n")[0]! };
  }
}

async function time(task: Task): Promise<number> {
  const start = performance.now();
  await task.run();
  return performance.now() - start;
}

/** Small numbers of both signs. */
function numbers(shape: Shape) {
  const values = new Float32Array(numel(shape));
  for (let at = 0; at < values.length; at++) values[at] = ((at * 7919) % 1000) / 1000 - 0.5;
  return tensor(values, shape);
}
