import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { baseStyle } from "./base-style.ts";
import { chartScript } from "./chart-script.ts";
import { chartData, type ReportChart } from "./charts.ts";
import { escapeHtml, scriptJson } from "./html.ts";

export interface PageParts {
  readonly title: string;
  /** HTML below the heading. */
  readonly body: string;
  /** Where `body` has their places: see chartFigures. */
  readonly charts: readonly ReportChart[];
  readonly style: string;
  /** Runs before the charts are drawn. */
  readonly script: string;
}

/** One HTML page with all that it needs inside it; its own policy forbids any request. */
export function htmlPage({ title, body, charts, style, script }: PageParts): string {
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${inlined("uPlot.min.css")}${baseStyle}${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
<script>${inlined("uPlot.iife.min.js")}</script>
<script>
const charts = ${scriptJson(charts.map(chartData))};
${script}${chartScript}</script>
</body>
</html>
`;
}

function inlined(file: string): string {
  const text = readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${file}`), "utf8");
  return text.replace(/<\/(script|style)/gi, "<\\/$1");
}
