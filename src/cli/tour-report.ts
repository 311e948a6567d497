import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../formats/node.ts";
import {
  parseMetrics,
  type ReportChart,
  type ReportComparison,
  type ReportPicture,
  type RunResult,
  renderReport,
} from "../training/node.ts";
import type { TourPicture } from "./tour-pictures.ts";

export interface TourFindings {
  /** Of the photo that was held back. */
  readonly name: string;
  readonly run: RunResult;
  readonly scores: readonly { readonly label: string; readonly psnr: number; readonly ssim: number }[];
  /** The original, bicubic, and what each network made. */
  readonly pictures: readonly TourPicture[];
}

/** Writes the tour's page over the run's own. @returns its path. */
export async function writeTourReport(folder: string, { name, run, scores, pictures }: TourFindings): Promise<string> {
  const path = join(folder, "report.html");
  const shown = new Map<string, ReportPicture>();
  for (const { label, path: file, width, height } of pictures) {
    const source = `data:image/png;base64,${(await readFile(file)).toString("base64")}`;
    shown.set(label, { label, source, width, height });
  }
  const pair = (before: string, after: string): ReportComparison => ({
    title: `${name}: ${before} and ${after}`,
    before: shown.get(before)!,
    after: shown.get(after)!,
  });
  const html = renderReport({
    title: "A tour of convsmith",
    summary: `ESPCN x3, trained for ${Math.round(run.seconds)} seconds on a few photos, and what it makes of ${name}, which it has not seen: reduced to a third and enlarged again.`,
    facts: [
      ["Network", "ESPCN x3"],
      ["Steps", run.step],
      ["Training time", `${run.seconds.toFixed(1)} s`],
      ["Held back", name],
    ],
    charts: await charts(folder, scores),
    metrics: {
      title: `${name}, enlarged three times`,
      columns: [
        { label: "by" },
        { label: "PSNR (dB)", best: "highest" },
        { label: "SSIM", digits: 4, best: "highest" },
      ],
      rows: scores.map(({ label, psnr, ssim }) => [label, psnr, ssim]),
    },
    comparisons: [pair("bicubic", "just trained"), pair("bicubic", "shipped"), pair("original", "shipped")],
  });
  await writeFileAtomic(path, html);
  return path;
}

/** Loss, and PSNR beside lines for what it is compared with. */
async function charts(folder: string, scores: TourFindings["scores"]): Promise<ReportChart[]> {
  const lines = parseMetrics(await readFile(join(folder, "metrics.jsonl"), "utf8"));
  const losses = lines.filter((line) => line.loss !== undefined);
  const judged = lines.filter((line) => line.psnr !== undefined);
  const steps = judged.map((line) => line.step);
  const level = (label: string) => {
    const { psnr } = scores.find((each) => each.label === label)!;
    return { label, x: steps, y: steps.map(() => psnr) };
  };
  const loss = { label: "training", x: losses.map((line) => line.step), y: losses.map((line) => line.loss!) };
  const psnr = { label: "just trained", x: steps, y: judged.map((line) => line.psnr!) };
  const all: ReportChart[] = [
    { title: "Loss", xLabel: "step", yLabel: "mean squared error", logarithmic: true, series: [loss] },
    { title: "PSNR", xLabel: "step", yLabel: "PSNR (dB)", series: [psnr, level("bicubic"), level("shipped")] },
  ];
  return all.filter(({ series }) => series[0]!.x.length > 0);
}
