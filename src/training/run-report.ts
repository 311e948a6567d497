import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "../formats/node.ts";
import type { ReportChart } from "../pages/charts.ts";
import { type MetricsLine, parseMetrics } from "./metrics-log.ts";
import { renderReport } from "./report/render-report.ts";
import type { Json, Numerics, RunConfig } from "./run-config.ts";
import type { RunFolder } from "./run-folder.ts";
import type { Outcome, Task } from "./task.ts";

const points = 1000;

/** Writes `report.html` from the log and what the finished network shows. */
export async function writeRunReport(
  folder: RunFolder,
  task: Task,
  config: RunConfig,
  outcome: Outcome,
): Promise<void> {
  const lines = parseMetrics(await readFile(folder.file("metrics"), "utf8"));
  const last = lines.at(-1);
  const facts: [string, string | number][] = [
    ["Network", `${config.network.name} ${text(config.network.options)}`.trim()],
    ...Object.entries(config.data).map(([name, value]): [string, string] => [capital(name), text(value)]),
    ...Object.entries(config.options).map(([name, value]): [string, string] => [`--${name}`, text(value)]),
    ["Limit", text(config.limit as Json)],
    ["Steps", last?.step ?? 0],
    ["Training time", `${(last?.seconds ?? 0).toFixed(1)} s`],
    ["Device", deviceText(config.numerics)],
    ["convsmith", config.convsmith],
  ];
  const html = renderReport({ title: task.title, facts, charts: charts(task, lines), ...outcome.report });
  await writeFileAtomic(folder.file("report"), html);
}

function deviceText({ device, fusedMultiplyAdd, mode }: Numerics): string {
  return [device, ...(fusedMultiplyAdd ? ["fused multiply-add"] : []), `${mode} numerics`].join(", ");
}

function charts(task: Task, lines: readonly MetricsLine[]): ReportChart[] {
  const { key, label, unit } = task.metric;
  const losses = thin(lines.filter((line) => line.loss !== undefined));
  const validated = lines.filter((line) => line[key] !== undefined);
  const x = losses.map((line) => line.step);
  const all: ReportChart[] = [
    {
      title: "Loss",
      xLabel: "step",
      yLabel: "loss",
      logarithmic: true,
      series: [{ label: "training", x, y: losses.map((line) => line.loss!) }],
    },
    {
      title: label,
      xLabel: "step",
      yLabel: unit ? `${label} (${unit})` : label,
      series: [{ label: "held back", x: validated.map((line) => line.step), y: validated.map((line) => line[key]!) }],
    },
    {
      title: "Learning rate",
      xLabel: "step",
      yLabel: "learning rate",
      series: [{ label: "learning rate", x, y: losses.map((line) => line.learningRate!) }],
    },
  ];
  return all.filter((chart) => chart.series[0]!.x.length > 0);
}

/** At most about `points` lines: the mean loss of neighbours, so that a page of a long run stays small. */
function thin(lines: readonly MetricsLine[]): MetricsLine[] {
  const size = Math.ceil(lines.length / points);
  if (size <= 1) return [...lines];
  const out: MetricsLine[] = [];
  for (let at = 0; at < lines.length; at += size) {
    const group = lines.slice(at, at + size);
    const loss = group.reduce((sum, line) => sum + line.loss!, 0) / group.length;
    out.push({ ...group.at(-1)!, loss });
  }
  return out;
}

const capital = (name: string) =>
  name.charAt(0).toUpperCase() + name.slice(1).replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);

function text(value: Json): string {
  if (Array.isArray(value)) return value.map((each) => text(each)).join(", ");
  if (value === null) return "none";
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${name} ${text(each)}`)
    .join(", ");
}
