import type { ReportChart } from "../training/node.ts";

const panelWidth = 460;
const panelHeight = 310;
const margin = { top: 44, right: 18, bottom: 50, left: 64 };
const titleHeight = 44;
const lineHeight = 20;
/** Numbers below the x axis need so much. */
const tickGap = 36;

/** Okabe and Ito's, told apart under the common kinds of colour blindness; dashes let a curve be seen below another. */
const colours = ["#0072b2", "#d55e00", "#00795a", "#a8447e", "#8a6100", "#4d4d4d"];
const dashes = ["", "8 4", "2 3", "10 3 2 3", "4 4", "1 2"];

/** No two of the first 36 curves have both in common. */
const look = (curve: number) => {
  const dash = dashes[(curve + Math.floor(curve / colours.length)) % dashes.length];
  return `stroke="${colours[curve % colours.length]}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ""}`;
};

/**
 * Charts of the same curves beside each other, two in a row, as a standalone SVG. Both axes are linear, y from 0; a curve
 * with one point is a mark.
 */
export function lineChartSvg(title: string, charts: readonly ReportChart[]): string {
  const columns = Math.min(2, charts.length);
  const width = panelWidth * columns;
  const names = charts[0]!.series.map(({ label }) => label);
  const { text: legendText, lines } = names.length > 1 ? legend(names, width) : { text: "", lines: 0 };
  const head = titleHeight + lines * lineHeight;
  const height = head + panelHeight * Math.ceil(charts.length / columns);
  const panels = charts.map((chart, at) => {
    const [x, y] = [(at % columns) * panelWidth, head + Math.floor(at / columns) * panelHeight];
    return `<g transform="translate(${x} ${y})">${panel(chart)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, 'Liberation Sans', 'DejaVu Sans', sans-serif" font-size="12">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="18" y="30" font-size="17" font-weight="600" fill="#1d1f21">${escaped(title)}</text>
${legendText}
${panels.join("\n")}
</svg>
`;
}

function panel({ title, xLabel, yLabel, series }: ReportChart): string {
  const xs = [...new Set(series.flatMap(({ x }) => Array.from(x)))].sort((a, b) => a - b);
  const yTicks = ticks(0, Math.max(0, ...series.flatMap(({ y }) => Array.from(y, (value) => value ?? 0))));
  const xTicks = xs.length <= 9 ? xs : ticks(xs[0]!, xs.at(-1)!).filter((tick) => tick >= xs[0]! && tick <= xs.at(-1)!);
  const [left, right, top, bottom] = [margin.left, panelWidth - margin.right, margin.top, panelHeight - margin.bottom];
  const first = xs[0] ?? 0;
  const span = (xs.at(-1) ?? 1) - first || 1;
  const toX = (value: number) =>
    round(xs.length < 2 ? (left + right) / 2 : left + ((value - first) / span) * (right - left));
  const toY = (value: number) => round(bottom - (value / (yTicks.at(-1) || 1)) * (bottom - top));
  const grid = yTicks.map(
    (tick) =>
      `<line x1="${left}" x2="${right}" y1="${toY(tick)}" y2="${toY(tick)}" stroke="${tick === 0 ? "#5a6066" : "#d9dcdf"}"/>` +
      `<text x="${left - 8}" y="${toY(tick) + 4}" text-anchor="end" fill="#1d1f21">${short(tick)}</text>`,
  );
  const apart: number[] = [];
  for (const tick of xTicks) if (apart.length === 0 || toX(tick) - toX(apart.at(-1)!) >= tickGap) apart.push(tick);
  const below = apart.map(
    (tick) =>
      `<line x1="${toX(tick)}" x2="${toX(tick)}" y1="${bottom}" y2="${bottom + 5}" stroke="#5a6066"/>` +
      `<text x="${toX(tick)}" y="${bottom + 19}" text-anchor="middle" fill="#1d1f21">${short(tick)}</text>`,
  );
  const curves = series.map(({ x, y }, at) => {
    const points = Array.from(x, (value, index) => [toX(value), toY(y[index]!)] as const);
    const line = points.map((point) => point.join(",")).join(" ");
    const marks = points.map(
      ([cx, cy]) =>
        `<circle cx="${cx}" cy="${cy}" r="3" fill="#ffffff" stroke="${colours[at % colours.length]}" stroke-width="2"/>`,
    );
    return `<polyline points="${line}" fill="none" ${look(at)}/>${marks.join("")}`;
  });
  return [
    `<text x="${left}" y="18" font-size="14" font-weight="600" fill="#1d1f21">${escaped(title)}</text>`,
    `<text x="${left}" y="${top - 10}" fill="#5a6066">${escaped(yLabel)}</text>`,
    ...grid,
    ...below,
    `<text x="${(left + right) / 2}" y="${panelHeight - 10}" text-anchor="middle" fill="#5a6066">${escaped(xLabel)}</text>`,
    ...curves,
  ].join("\n");
}

/** A stroke and a name for each curve, on as many lines as it takes. */
function legend(labels: readonly string[], width: number): { readonly text: string; readonly lines: number } {
  const parts: string[] = [];
  let [x, line] = [18, 0];
  for (const [at, label] of labels.entries()) {
    // Letters of a proportional font at 12 px are 7 px wide at most, on average.
    const size = 34 + 7 * label.length + 16;
    if (x > 18 && x + size > width) [x, line] = [18, line + 1];
    const y = titleHeight + line * lineHeight + 10;
    parts.push(
      `<line x1="${x}" x2="${x + 28}" y1="${y - 4}" y2="${y - 4}" ${look(at)}/><text x="${x + 34}" y="${y}" fill="#1d1f21">${escaped(label)}</text>`,
    );
    x += size;
  }
  return { text: parts.join("\n"), lines: line + 1 };
}

/** Round numbers from at most `low` to at least `high`, four to seven of them. */
export function ticks(low: number, high: number): number[] {
  const raw = (high - low || 1) / 5;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = magnitude * [1, 2, 5, 10].find((each) => each * magnitude >= raw * 0.999)!;
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

const round = (value: number) => Number(value.toFixed(2));
const short = (value: number) => `${Number(value.toPrecision(4))}`;
const escaped = (text: string) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
