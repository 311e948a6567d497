import type { Module } from "../../nn/index.ts";
import { planNodeFlops } from "../cost.ts";
import { LayerNames } from "../layers.ts";
import type { Network } from "../recording.ts";
import type { Summary } from "../summary.ts";
import type { TimedRun } from "./measure.ts";
import type { ProfilePart } from "./profile.ts";
import { stepBytes } from "./step-bytes.ts";

/** The parts of a run, which sum to the mean of the runs' totals: layers in the summary's order, then what belongs to none. */
export function attribute(
  network: Network,
  summary: Summary,
  runs: readonly TimedRun[],
  loss: Module | null,
): ProfilePart[] {
  const { graph, plan } = runs[0]!;
  const mean = (of: (run: TimedRun) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const names = new LayerNames(network, loss);
  const parts = new Map<string, Mutable<ProfilePart>>();
  const part = (kind: ProfilePart["kind"], layer: string | null, description: string) => {
    const key = `${kind} ${layer}`;
    const known = parts.get(key) ?? {
      kind,
      layer,
      description,
      within: null,
      milliseconds: 0,
      flops: 0,
      passFlops: 0,
      bytes: 0,
    };
    parts.set(key, known);
    return known;
  };
  for (const { path, description, ops, flops } of summary.layers) {
    if (ops.length > 0) part("layer", path, description).flops += loss ? 0 : flops;
  }
  // By what a node's FLOPs are counted for: a kernel's steps share its nodes, and cheap nodes are computed more than once.
  const counted = new Set<string>();
  const countOnce = (node: number, by: string | null, count: (flops: number) => void) => {
    const key = `${node} ${by}`;
    if (!counted.has(key)) count(planNodeFlops(graph, node));
    counted.add(key);
  };
  for (const [index, step] of plan.steps.entries()) {
    const layers = names.of(step, graph);
    const [layer] = layers;
    const own =
      layer === "(loss)"
        ? part("loss", null, "loss")
        : layer === undefined
          ? part("other", null, "passes of no layer")
          : part("layer", layer, "");
    const timed = step.work.moves ? part("layout", null, "other layouts, borders, copies") : own;
    timed.milliseconds += mean(({ steps }) => steps[index]!);
    // The first run has done the prologue: those that are timed find its results.
    if (index >= plan.prologueSteps) timed.bytes += stepBytes(step);
    for (const each of layers.slice(1)) if (each !== "(loss)") part("layer", each, "").within ??= own.layer;
    for (const node of step.work.nodes) {
      countOnce(node, `passes of ${own.kind} ${own.layer}`, (flops) => {
        own.passFlops += flops;
      });
      if (!loss) continue;
      // A node of no layer, such as an optimiser's, counts for the step that computes it.
      const path = names.ofNode(graph.origins[node]!);
      const owner = path === undefined ? own : path === "(loss)" ? part("loss", null, "loss") : part("layer", path, "");
      countOnce(node, null, (flops) => {
        owner.flops += flops;
      });
    }
  }
  const steps = mean((run) => run.steps.reduce((sum, each) => sum + each, 0));
  part("dispatch", null, "input and output, calling kernels").milliseconds = mean(({ run }) => run) - steps;
  part("recording", null, "recording, finding the plan").milliseconds = mean(({ total, run }) => total - run);
  return [...parts.values()]
    .filter(({ milliseconds, flops, within }) => milliseconds > 0 || flops > 0 || within !== null)
    .map((each) => (each.milliseconds > 0 ? { ...each, within: null } : each))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

const order: readonly ProfilePart["kind"][] = ["layer", "loss", "other", "layout", "dispatch", "recording"];

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
