import { chartsSection } from "../../pages/charts.ts";
import { htmlPage } from "../../pages/document.ts";
import { escapeHtml } from "../../pages/html.ts";
import type { ReportData } from "./report-data.ts";
import { reportStyle } from "./report-style.ts";
import { comparisonsSection, confusionSection, factsSection, metricsSection } from "./sections.ts";
import { sliderScript } from "./slider-script.ts";

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
  const body = [summary ? `<p>${escapeHtml(summary)}</p>` : "", ...sections].filter(Boolean).join("\n");
  return htmlPage({ title, body, charts, style: reportStyle, script: sliderScript });
}
