/**
 * Draws the charts in the page, as text: a function's own text would carry the marks of whatever compiled it.
 * It sees `uPlot` and `charts`, an array of ChartData.
 */
export const chartScript = `
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4], [1, 2]];
const height = (width) => Math.round(Math.max(220, Math.min(340, width * 0.6)));
const number = (value) => (value == null ? "–" : Number(value.toPrecision(5)).toString());

// Curves measured at different steps share the axis: between two measurements the legend shows the earlier one.
function latest(column, row) {
  while (row >= 0 && column[row] == null) row--;
  return row == null ? null : column[row];
}

function draw(place, chart) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const font = "13px system-ui, sans-serif";
  const axis = (label, size) => ({
    label, labelFont: font, font, size, labelSize: 20, stroke: colour("--text"),
    grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 },
  });
  const options = {
    width: place.clientWidth,
    height: height(place.clientWidth),
    scales: { x: { time: false }, y: chart.logarithmic ? { distr: 3 } : {} },
    axes: [axis(chart.xLabel, 32), axis(chart.yLabel, 62)],
    cursor: { sync: { key: chart.xLabel }, points: { fill: (_, index) => colour("--curve-" + ((index - 1) % 6)) } },
    series: [
      { label: chart.xLabel, value: (_, value) => number(value) },
      ...chart.labels.map((label, index) => ({
        label, spanGaps: true, width: 2, stroke: colour("--curve-" + (index % 6)), dash: dashes[index % 6],
        points: { show: chart.columns[0].length <= 60, fill: colour("--card") }, value: (plot, value, at, row) => number(latest(plot.data[at], row)),
      })),
    ],
  };
  place.replaceChildren();
  return new uPlot(options, chart.columns, place);
}

const places = [...document.querySelectorAll("[data-chart]")];
let plots = [];
function drawAll() {
  for (const plot of plots) plot.destroy();
  plots = places.map((place, index) => draw(place, charts[index]));
}
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("resize", () => {
  places.forEach((place, index) => {
    const width = place.clientWidth;
    if (width !== plots[index].width) plots[index].setSize({ width, height: height(width) });
  });
});
`;
