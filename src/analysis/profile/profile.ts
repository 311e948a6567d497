import type { Shape } from "../../core/shape.ts";
import type { WasmDevice } from "../../devices/wasm/device.ts";
import { measurePeaks, type Peaks } from "../../devices/wasm/peaks.ts";
import type { Network } from "../recording.ts";
import { summarize } from "../summary.ts";
import { attribute } from "./attribution.ts";
import { timeRuns } from "./measure.ts";
import { middleHalf, spread } from "./statistics.ts";

/** One layer's part of a run, or time that belongs to no layer. */
export interface ProfileRow {
  readonly kind: "layer" | "loss" | "layout" | "other" | "dispatch" | "recording";
  /** Path of the layer, "" for the network's own forward; null where the row is of none. */
  readonly layer: string | null;
  /** The layer in a few words, or what the time went to. */
  readonly description: string;
  /** The layer in whose passes this one is done, where it has none of its own. */
  readonly within: string | null;
  readonly milliseconds: number;
  /** Of the run's time, 0 to 1. */
  readonly share: number;
  /** In inference the exact count of summarize(), in training that of all ops of the step. */
  readonly flops: number;
  readonly flopShare: number;
  /** FLOPs that its own passes do: its own, and those of layers that are fused into them. What it reaches is told by these. */
  readonly passFlops: number;
  /** Read and written by its steps, each element once a step. */
  readonly bytes: number;
  /** Null where there are no FLOPs or no time. */
  readonly gflops: number | null;
  /** FLOPs for each byte. */
  readonly intensity: number | null;
  /** `gflops` as a part of the machine's multiply-add peak. */
  readonly shareOfPeak: number | null;
  /** `gflops` as a part of what this intensity allows: the lower of peak and intensity times bandwidth. */
  readonly shareOfRoof: number | null;
  /** Which of the two that is. */
  readonly bound: "memory" | "compute" | null;
}

/** Plain data: it can be written as JSON. */
export interface Profile {
  readonly name: string;
  readonly inputShape: Shape;
  readonly mode: "inference" | "training";
  readonly device: string;
  readonly threads: number;
  readonly runs: number;
  /** A run: the mean of the middle half of all runs, of which the rows are the parts. */
  readonly milliseconds: number;
  readonly flops: number;
  readonly gflops: number;
  readonly peaks: Pick<Peaks, "gflops" | "gigabytesPerSecond">;
  /** The width of the middle half of the runs, as a part of their median. */
  readonly spread: number;
  /** How far the multiply-add peak's ordinary moments, before and after the runs, stay behind its best, as a part of it. */
  readonly drift: number;
  /** Others used the machine: the figures say little. */
  readonly noisy: boolean;
  readonly rows: readonly ProfileRow[];
}

export interface ProfileOptions {
  /** A training step (forward, mean squared error, backward, Adam) instead of an inference. Default false. */
  readonly train?: boolean;
  /** Runs that are timed, after the warm-up. Default 20. */
  readonly runs?: number;
  /** What is being done, and how far it is, 0 to 1. */
  readonly onProgress?: (done: number, facts: string) => void;
  /** A clock in milliseconds. Default performance.now. */
  readonly now?: () => number;
}

/** More than this, in spread or drift, says that others were at work. */
const noise = 0.15;

/**
 * Where the time of a network goes on this device, which it runs on from now on: each layer's time beside its FLOPs and
 * bytes, and what the machine could do at the most, measured in the same moments with the same threads. With `train` the
 * network is trained on noise: give it one made for this.
 * @throws ShapeError that names the layer which the input does not fit.
 * @example
 * import { nn, wasmDevice } from "convsmith";
 * import { profileNetwork } from "convsmith/analysis";
 * const network = new nn.Sequential(new nn.Conv2d(3, 8, 3), new nn.ReLU());
 * const { rows, milliseconds } = await profileNetwork(network, [1, 3, 32, 32], wasmDevice({ threads: 1 }), { runs: 3 });
 * console.log(rows.map(({ layer, share }) => `${layer} ${share}`), milliseconds);
 */
export async function profileNetwork(
  network: Network,
  inputShape: Shape,
  device: WasmDevice,
  options: ProfileOptions = {},
): Promise<Profile> {
  const { train = false, runs = 20, onProgress = () => {}, now = () => performance.now() } = options;
  const summary = summarize(network, inputShape);
  await device.ready();
  onProgress(0, "measuring the machine");
  const before = measurePeaks(device, now);
  onProgress(0, "warming up");
  const timed = await timeRuns(network, inputShape, device, {
    train,
    runs,
    now,
    onProgress: (run) => onProgress(run / runs, `run ${run + 1} of ${runs}`),
  });
  const after = measurePeaks(device, now);
  onProgress(1, `${runs} run${runs === 1 ? "" : "s"}`);
  const peaks = {
    gflops: Math.max(before.gflops, after.gflops),
    gigabytesPerSecond: Math.max(before.gigabytesPerSecond, after.gigabytesPerSecond),
  };
  const parts = attribute(
    network,
    summary,
    middleHalf(timed.runs, ({ total }) => total),
    timed.loss,
  );
  const milliseconds = parts.reduce((sum, part) => sum + part.milliseconds, 0);
  const flops = parts.reduce((sum, part) => sum + part.flops, 0);
  const runSpread = spread(timed.runs.map(({ total }) => total));
  const drift = Math.max(...[before, after].map(({ gflops, steadiness }) => 1 - (gflops * steadiness) / peaks.gflops));
  return {
    name: summary.name,
    inputShape,
    mode: train ? "training" : "inference",
    device: device.name,
    threads: device.pool.threads,
    runs,
    milliseconds,
    flops,
    gflops: flops / (1e6 * milliseconds),
    peaks,
    spread: runSpread,
    drift,
    noisy: runSpread > noise || drift > noise,
    rows: parts.map((part) => rated(part, { milliseconds, flops }, peaks)),
  };
}

/** What attribution knows of a row. */
export type ProfilePart = Pick<
  ProfileRow,
  "kind" | "layer" | "description" | "within" | "milliseconds" | "flops" | "passFlops" | "bytes"
>;

function rated(
  part: ProfilePart,
  totals: { milliseconds: number; flops: number },
  peaks: Profile["peaks"],
): ProfileRow {
  const { milliseconds, flops, passFlops, bytes } = part;
  const shares = { share: milliseconds / totals.milliseconds, flopShare: totals.flops > 0 ? flops / totals.flops : 0 };
  if (passFlops === 0 || milliseconds === 0 || bytes === 0) {
    return { ...part, ...shares, gflops: null, intensity: null, shareOfPeak: null, shareOfRoof: null, bound: null };
  }
  const gflops = passFlops / (1e6 * milliseconds);
  const intensity = passFlops / bytes;
  const allowed = intensity * peaks.gigabytesPerSecond;
  return {
    ...part,
    ...shares,
    gflops,
    intensity,
    shareOfPeak: gflops / peaks.gflops,
    shareOfRoof: gflops / Math.min(allowed, peaks.gflops),
    bound: allowed < peaks.gflops ? "memory" : "compute",
  };
}
