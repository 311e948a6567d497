import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chartData, chartsSection } from "./charts.ts";
import { escapeHtml, scriptJson } from "./html.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import type { ReportData } from "./report-data.ts";
import { comparisonsSection, confusionSection, factsSection, metricsSection } from "./sections.ts";

/**
 * One HTML page that shows a run: facts, curves, numbers, pictures under a slider, confusion matrix. All that it needs is inside it;
 * its own policy forbids any request. Throws an ArgumentError for a picture that is no data: URI or a confusion matrix that isn't square.
 * @example
 * import { renderReport } from "convsmith/training";
 * const html = renderReport({
 *   title: "First run",
 *   facts: [["Steps", 3]],
 *   charts: [{ title: "Loss", xLabel: "step", yLabel: "MSE", series: [{ label: "training", x: [1, 2, 3], y: [0.9, 0.5, 0.4] }] }],
 * });
 * console.log(html.length);
 */
export function renderReport(data: ReportData): string {
  const { title, summary, facts, charts = [], metrics, comparisons = [], confusion } = data;
  const sections = [
    metrics && metricsSection(metrics),
    chartsSection(charts),
    comparisonsSection(comparisons),
    confusion && confusionSection(confusion),
    factsSection(facts),
  ];
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${inlined("uPlot.min.css")}${pageStyle}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${summary ? `<p>${escapeHtml(summary)}</p>` : ""}
${sections.filter(Boolean).join("\n")}
</main>
<script>${inlined("uPlot.iife.min.js")}</script>
<script>
const charts = ${scriptJson(charts.map(chartData))};
${pageScript}</script>
</body>
</html>
`;
}

function inlined(file: string): string {
  const text = readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${file}`), "utf8");
  return text.replace(/<\/(script|style)/gi, "<\\/$1");
}
