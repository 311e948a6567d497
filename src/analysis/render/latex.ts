import type { Summary } from "../summary.ts";
import type { TreeOptions, TreeRow } from "../summary-tree.ts";
import { type Column, columnsOf } from "./columns.ts";
import { footOf, titleOf } from "./frame.ts";
import { rowsOf } from "./rows.ts";

/** What fits across a page: the columns that a paper shows. */
const onPaper = ["path", "op", "type", "output", "parameters", "macs", "flops", "field", "stride"];

/** The rows as a tabular for `\usepackage{booktabs}`: groups with their subtotals in bold, what they hold indented. */
export function summaryLatex(summary: Summary, options: TreeOptions = {}): string {
  const rows = rowsOf(summary, options);
  const columns = columnsOf(summary, rows).filter(({ key }) => onPaper.includes(key));
  const line = (cells: readonly string[]) => `  ${cells.join(" & ")} \\\\`;
  return [
    ...[titleOf(summary), ...footOf(summary)].map((text) => `% ${text.replace(/\s+/g, " ")}`),
    `\\begin{tabular}{@{}${columns.map(({ left }) => (left ? "l" : "r")).join("")}@{}}`,
    "  \\toprule",
    line(columns.map(({ title }) => escaped(title))),
    "  \\midrule",
    ...rows.map((row) => line(columns.map((column) => cell(column, row)))),
    "  \\midrule",
    line(columns.map(({ total }) => escaped(total))),
    "  \\bottomrule",
    "\\end{tabular}",
  ].join("\n");
}

function cell({ key, text }: Column, row: TreeRow): string {
  const words = escaped(text(row));
  const shown = row.kind === "group" && words !== "" ? `\\textbf{${words}}` : words;
  return key === "path" && row.depth > 0 ? `\\hspace{${row.depth}em}${shown}` : shown;
}

const special: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "×": "$\\times$",
  "→": "$\\to$",
  "…": "\\dots{}",
  "✗": "$\\times$",
  "-": "{-}",
};

/** A hyphen in braces, so that two of them do not become a dash; a cell that begins with [ is no argument of \\\\. */
const escaped = (text: string): string =>
  text.replace(/[\\{}$&#%_^~<>×→…✗[-]/g, (sign) => special[sign] ?? `{${sign}}`);
