import { grouped } from "../../analysis/render/numbers.ts";
import { chartFigures, type ReportChart } from "../../pages/charts.ts";
import { escapeHtml, section, table } from "../../pages/html.ts";

/** What one run takes, in bytes. */
export interface PageRunMemory {
  readonly arenaBytes: number;
  readonly parameterBytes: number;
  readonly bufferBytes: number;
  readonly gradientBytes: number;
  readonly optimizerBytes: number;
  readonly keptBytes: number;
  readonly totalBytes: number;
  readonly timeline: readonly { readonly layer: string | null; readonly kernel: string; readonly liveBytes: number }[];
  readonly peak: { readonly step: number };
}

/** The memory of a network, as the page shows it. */
export interface PageMemory {
  readonly device: string;
  readonly threads: number;
  readonly inference: PageRunMemory;
  /** Null where the network has no training step; `trainingError` then tells why. */
  readonly training: (PageRunMemory & { readonly loss: string; readonly optimizer: string }) | null;
  readonly trainingError: string | null;
}

const parts: readonly [key: Exclude<keyof PageRunMemory, "timeline" | "peak">, label: string][] = [
  ["arenaBytes", "arena: values, input, workspaces"],
  ["parameterBytes", "parameters"],
  ["bufferBytes", "buffers"],
  ["gradientBytes", "gradients"],
  ["optimizerBytes", "optimiser"],
  ["keptBytes", "packed weights, kept between runs"],
  ["totalBytes", "in all, with kernels and threads"],
];

/** Megabytes of 10⁶ bytes. */
const megabytes = (bytes: number) => bytes / 1e6;

export function memoryCharts(memory: PageMemory): ReportChart[] {
  return runsOf(memory).map(({ chart, run }) => ({
    title: `${chart}: what is alive in the arena`,
    caption: peakText(run),
    xLabel: "step of the plan",
    yLabel: "MB",
    series: [
      { label: "alive", x: run.timeline.map((_, at) => at), y: run.timeline.map((step) => megabytes(step.liveBytes)) },
    ],
  }));
}

function runsOf({ inference, training }: PageMemory) {
  const runs = [{ name: "inference", chart: "Inference", run: inference as PageRunMemory }];
  return training ? [...runs, { name: "training", chart: "A training step", run: training }] : runs;
}

/** Where the bytes go, and when: `charts` are those of memoryCharts, the page's first. */
export function memorySection(memory: PageMemory, charts: readonly ReportChart[]): string {
  const { training, trainingError, device, threads } = memory;
  const runs = runsOf(memory);
  const rows = parts.map(([key, label]) => {
    const figures = runs.map(({ run }) => `<td class="number">${run[key] === 0 ? "-" : grouped(run[key])}</td>`);
    return `<th scope="row">${escapeHtml(label)}</th>${figures.join("")}`;
  });
  const heads = runs.map(({ name }) => `<th scope="col" class="number">${name}</th>`);
  const head = `<tr><th scope="col">bytes</th>${heads.join("")}</tr>`;
  const step = training
    ? `training is a step of ${training.optimizer} on ${training.loss}`
    : `there is no training step: ${trainingError}`;
  const made = `From the plans that the ${device} device runs on ${threads} ${threads === 1 ? "thread" : "threads"}; ${step}.`;
  return section(
    "Memory",
    `<p class="hint">${escapeHtml(made)}</p>\n${table("memory", "Memory", head, rows)}\n${chartFigures(charts)}`,
  );
}

function peakText({ timeline, peak }: PageRunMemory): string {
  const step = timeline[peak.step];
  if (!step) return "Nothing lives in the arena";
  const layer = step.layer === null ? "" : ` of ${step.layer || "the network itself"}`;
  return `Most is alive at step ${peak.step}, ${step.kernel}${layer}: ${grouped(step.liveBytes)} bytes`;
}
