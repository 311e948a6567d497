import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../../core/errors.ts";
import { chartData } from "../../pages/charts.ts";
import { renderReport } from "./render-report.ts";
import type { ReportData } from "./report-data.ts";

const pixel = "data:image/png;base64,iVBORw0KGgo=";
const hostile = `</script><script>alert("x")</script>&'`;
const data: ReportData = {
  title: `Run ${hostile}`,
  summary: `Summary ${hostile}`,
  facts: [
    [`Seed ${hostile}`, 7],
    ["Model", `espcn ${hostile}`],
  ],
  charts: [
    {
      title: `Loss ${hostile}`,
      xLabel: `step ${hostile}`,
      yLabel: `MSE ${hostile}`,
      series: [
        { label: `training ${hostile}`, x: [1, 2, 3], y: [0.9, Number.NaN, 0.41] },
        { label: "held back", x: Float64Array.of(3, 1), y: [0.5, 0.75] },
      ],
    },
    { title: "PSNR", xLabel: "step", yLabel: "dB", series: [{ label: "network", x: [3], y: [31.25] }] },
  ],
  metrics: {
    title: `Metrics ${hostile}`,
    columns: [
      { label: `Method ${hostile}` },
      { label: "PSNR", best: "highest" },
      { label: "ms", digits: 0, best: "lowest" },
    ],
    rows: [
      [`bicubic ${hostile}`, 30.39, 3],
      ["network", 31.7, 12],
      ["shipped weights", 32.66, null],
    ],
  },
  comparisons: [
    {
      title: `cat ${hostile}`,
      before: { label: `bicubic ${hostile}`, source: pixel, width: 96, height: 64 },
      after: { label: "network", source: pixel, width: 96, height: 64 },
    },
  ],
  confusion: {
    classes: [`cat ${hostile}`, "dog", "none"],
    counts: [[8, 2, 0], Uint32Array.of(1, 9, 0), [0, 0, 0]],
  },
};
const html = renderReport(data);

function scripts(page: string): string[] {
  return [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]!);
}

/** The page without scripts and styles: what a reader sees. */
const markup = html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, "");

describe("the page", () => {
  test("shows every text of the data, escaped, and never as markup", () => {
    const escaped = "&lt;/script&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;";
    const subjects = [
      "Run",
      "Summary",
      "Seed",
      "espcn",
      "Loss",
      "MSE",
      "training",
      "Metrics",
      "Method",
      "bicubic",
      "cat",
    ];
    for (const subject of subjects) expect(markup).toContain(`${subject} ${escaped}`);
    expect(html).not.toContain("<script>alert");
    expect(scripts(html)).toHaveLength(2);
  });

  test("asks for nothing from outside", () => {
    expect(html).toContain(`default-src 'none'`);
    // The chart library's licence comment is the only address in the page.
    const addresses = html
      .replace("/*! https://github.com/leeoniya/uPlot", "")
      .match(/(?:https?:)?\/\/[a-z0-9-]+\.[a-z]{2,}/gi);
    expect(addresses).toBeNull();
    for (const [, target] of markup.matchAll(/\s(?:src|href|srcset|action|poster)=["']?([^"'\s>]*)/g)) {
      expect(target).toMatch(/^data:/);
    }
    expect(html).not.toMatch(/@import|url\(|<iframe|<object/);
  });

  test("has scripts that parse, and the library in them", () => {
    for (const script of scripts(html)) expect(() => new Function(script)).not.toThrow();
    expect(runInNewContext(`${scripts(html)[0]}; typeof uPlot`)).toBe("function");
  });

  test("carries all series to the script", () => {
    const charts = runInNewContext(scripts(html)[1]!.replace(/^\s*const charts = (.*);$[\s\S]*/m, "($1)"));
    expect(charts).toHaveLength(2);
    expect(charts[0].labels).toEqual([`training ${hostile}`, "held back"]);
    expect(charts[0].columns).toEqual([
      [1, 2, 3],
      [0.9, null, 0.41],
      [0.75, null, 0.5],
    ]);
    expect(charts[1].columns).toEqual([[3], [31.25]]);
  });

  test("says in words what the curves end with", () => {
    expect(markup).toContain("held back 0.5000");
    expect(markup).toContain("dB over step; at the end: network 31.25");
  });

  test("marks the best value of a column only where one is asked for", () => {
    expect(markup).toContain("<strong>32.66</strong>");
    expect(markup).toContain("<strong>3</strong>");
    expect(markup.match(/<strong>/g)).toHaveLength(2);
  });

  test("gives accuracy over all and for each class, also for a class without pictures", () => {
    expect(markup).toContain("17 of 20 pictures are right: 85.00 %.");
    for (const accuracy of ["80.00 %", "90.00 %", "–"]) expect(markup).toContain(`<td>${accuracy}</td>`);
    expect(markup).toMatch(/<td class="wrong" style="--shade: 12%">2<\/td>/);
  });

  test("has a slider that a keyboard reaches", () => {
    expect(markup).toMatch(/<input type="range" min="0" max="100" step="1" value="50" aria-label="cat [^"]+"/);
    expect(markup.match(/<img /g)).toHaveLength(2);
  });

  test("leaves out what the data lacks", () => {
    const bare = renderReport({ title: "Bare", facts: [] });
    expect(bare).not.toMatch(/<section>|<table|<img/);
    expect(bare).toContain("const charts = [];");
  });
});

test("a logarithmic chart leaves out values that have no logarithm", () => {
  const series = [{ label: "loss", x: [1, 2, 3, 4], y: [1, 0, -1, 0.1] }];
  const { columns } = chartData({ title: "", xLabel: "", yLabel: "", logarithmic: true, series });
  expect(columns[1]).toEqual([1, null, null, 0.1]);
});

test.each<[string, Partial<ReportData>, RegExp]>([
  ["a linked picture", { comparisons: [withSource("https://example.com/a.png")] }, /needs a data:image/],
  ["a script as picture", { comparisons: [withSource('data:image/png;base64,AA"onerror="x')] }, /needs a data:image/],
  [
    "an SVG, which can hold scripts",
    { comparisons: [withSource("data:image/svg+xml;base64,AAAA")] },
    /needs a data:image/,
  ],
  [
    "a matrix that is not square",
    { confusion: { classes: ["a", "b"], counts: [[1, 2]] } },
    /needs 2 x 2 counts, got 1 rows of 2/,
  ],
])("refuses %s", (_, part, message) => {
  expect(() => renderReport({ ...data, ...part })).toThrow(message);
  expect(() => renderReport({ ...data, ...part })).toThrow(ArgumentError);
});

function withSource(source: string) {
  const before = { label: "bad", source, width: 1, height: 1 };
  return { title: "bad", before, after: before };
}
