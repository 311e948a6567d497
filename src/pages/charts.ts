import { escapeHtml, section } from "./html.ts";

/** One curve. `y` may hold NaN or null where nothing was measured. */
export interface ReportSeries {
  readonly label: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number | null>;
}

/** Curves over one x axis, for example loss over steps. */
export interface ReportChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** A logarithmic y axis; values of 0 and below are left out. */
  readonly logarithmic?: boolean;
  readonly series: readonly ReportSeries[];
  /** What is to be seen, in words; the last values of the curves where left out. */
  readonly caption?: string;
}

/** A chart as the page's script takes it: one x axis for all curves, null where a curve has no value. */
export interface ChartData {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly logarithmic: boolean;
  readonly labels: readonly string[];
  readonly columns: readonly (readonly (number | null)[])[];
}

/** Puts all curves of a chart on the sorted union of their x values. A later value at an x replaces an earlier one. */
export function chartData({ xLabel, yLabel, logarithmic = false, series }: ReportChart): ChartData {
  const axis = [...new Set(series.flatMap(({ x }) => Array.from(x)))].filter(Number.isFinite).sort((a, b) => a - b);
  const row = new Map(axis.map((x, index) => [x, index]));
  const columns = series.map(({ x, y }) => {
    const column = new Array<number | null>(axis.length).fill(null);
    for (let index = 0; index < x.length; index++) {
      const at = row.get(x[index]!);
      const value = y[index] ?? Number.NaN;
      if (at === undefined || !Number.isFinite(value) || (logarithmic && value <= 0)) continue;
      column[at] = Number(value.toPrecision(6));
    }
    return column;
  });
  return { xLabel, yLabel, logarithmic, labels: series.map(({ label }) => label), columns: [axis, ...columns] };
}

/** Places for the charts, with what they show in words. */
export function chartFigures(charts: readonly ReportChart[]): string {
  const figures = charts.map((chart, index) => {
    const values = chartData(chart).columns.slice(1);
    const last = values.map((column, series) => {
      const value = column.findLast((entry) => entry !== null);
      return `${chart.series[series]!.label} ${value === undefined || value === null ? "no value" : value.toPrecision(4)}`;
    });
    const words = chart.caption ?? `${chart.yLabel} over ${chart.xLabel}; at the end: ${last.join(", ")}`;
    return `<figure class="chart"><h3>${escapeHtml(chart.title)}</h3>
<div data-chart="${index}" role="img" aria-label="${escapeHtml(`${chart.title}: ${words}`)}"></div>
<figcaption>${escapeHtml(words)}.</figcaption></figure>`;
  });
  const hint = '<p class="hint">Drag across a chart to zoom in, double-click to see all of it again.</p>';
  return `${hint}\n<div class="charts">\n${figures.join("\n")}\n</div>`;
}

export function chartsSection(charts: readonly ReportChart[]): string {
  return charts.length === 0 ? "" : section("Curves", chartFigures(charts));
}
