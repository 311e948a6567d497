import { extname } from "node:path";
import { writeFileAtomic } from "../formats/node.ts";
import type { ReportChart } from "../training/node.ts";
import { lineChartSvg } from "./line-chart.ts";
import { bytesText, countText } from "./quantity.ts";
import type { SweepResult, SweepRow } from "./sweep-text.ts";

export const chartFormats: readonly string[] = [".html", ".svg", ".png"];

/** Writes the curves of a sweep as a page, an SVG or a PNG, by the path's ending. */
export async function writeSweepChart(path: string, result: SweepResult): Promise<void> {
  await writeFileAtomic(path, await rendered(extname(path).toLowerCase(), result));
}

async function rendered(format: string, result: SweepResult): Promise<string | Uint8Array> {
  const charts = sweepCharts(result);
  const title = `${result.model} over ${result.axes.map(({ name }) => name).join(", ")}`;
  if (format === ".html") return await page(title, charts, result);
  const svg = lineChartSvg(title, charts);
  if (format === ".svg") return svg;
  const { default: sharp } = await import("sharp");
  return await sharp(Buffer.from(svg), { density: 144 }).png().toBuffer();
}

/** FLOPs, memory and, where they change with it, parameters over the axis with most values; a curve for each value of the others. */
export function sweepCharts({ axes, rows }: SweepResult): ReportChart[] {
  const along = axes.indexOf(axes.reduce((most, axis) => (axis.values.length > most.values.length ? axis : most)));
  const { name } = axes[along]!;
  const groups = new Map<string, SweepRow[]>();
  for (const row of rows) {
    const others = axes.map((axis, at) => (at === along ? "" : `${axis.name} ${row.at[at]}`));
    const label = others.filter(Boolean).join(", ");
    groups.set(label, [...(groups.get(label) ?? []), row]);
  }
  const figures = [
    {
      title: "FLOPs",
      key: "flops",
      units: [
        [1e9, "GFLOPs"],
        [1e6, "MFLOPs"],
      ],
    },
    {
      title: "Memory",
      key: "memoryBytes",
      units: [
        [1e9, "GB"],
        [1e6, "MB"],
        [1e3, "kB"],
      ],
    },
    {
      title: "Parameters",
      key: "parameters",
      units: [
        [1e6, "millions"],
        [1e3, "thousands"],
      ],
    },
  ] as const;
  const curves = [...groups].map(([label, group]) => ({
    label,
    rows: group.filter(({ error }) => error === null).sort((a, b) => a.at[along]! - b.at[along]!),
  }));
  const changes = (key: Figure) => curves.some((curve) => new Set(curve.rows.map((row) => row[key])).size > 1);
  return figures
    .filter(({ key }) => key !== "parameters" || changes(key))
    .map(({ title, key, units }) => {
      const largest = Math.max(0, ...rows.map((row) => row[key] ?? 0));
      const [unit, yLabel] = units.find(([each]) => largest >= each) ?? units.at(-1)!;
      return {
        title,
        xLabel: /height|width/.test(name) ? `${name} (pixels)` : name,
        yLabel,
        series: curves.map((curve) => ({
          label: curve.label || title,
          x: curve.rows.map((row) => row.at[along]!),
          y: curve.rows.map((row) => row[key]! / unit),
        })),
      };
    });
}

type Figure = "flops" | "memoryBytes" | "parameters";

async function page(title: string, charts: readonly ReportChart[], result: SweepResult): Promise<string> {
  const { renderReport } = await import("../training/node.ts");
  const { device, threads, train, convention, rows } = result;
  const text = (value: number | null, show: (value: number) => string) => (value === null ? null : show(value));
  return renderReport({
    title,
    facts: [
      ["Network", result.model],
      ["Counted as", convention],
      [
        "Memory",
        `all that ${train ? "a training step with Adam" : "inference"} allocates on ${device}, ${threads} threads`,
      ],
    ],
    charts,
    metrics: {
      title: "Every size",
      columns: [
        { label: "input" },
        { label: "parameters" },
        { label: "MACs" },
        { label: "FLOPs" },
        { label: "activations" },
        { label: "memory" },
        { label: "output" },
      ],
      rows: rows.map((row) => [
        [row.inputShape?.join("×"), row.scale && `scale ${row.scale}`, row.classes && `${row.classes} classes`]
          .filter(Boolean)
          .join(", "),
        text(row.parameters, countText),
        text(row.macs, countText),
        text(row.flops, countText),
        text(row.activationBytes, bytesText),
        text(row.memoryBytes, bytesText),
        row.outputShape?.join("×") ?? row.error,
      ]),
    },
  });
}
