import type { Summary } from "../summary.ts";
import type { TreeOptions } from "../summary-tree.ts";
import { columnsOf } from "./columns.ts";
import { footOf, titleOf } from "./frame.ts";
import { labelOf, rowsOf } from "./rows.ts";

/** The rows as a table of GitHub-flavoured Markdown: full paths, groups in bold with their subtotals. */
export function summaryMarkdown(summary: Summary, options: TreeOptions = {}): string {
  const rows = rowsOf(summary, options);
  const columns = columnsOf(summary, rows);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const body = rows.map((row) =>
    columns.map(({ key, text }) => {
      const words = escaped(key === "path" ? labelOf(row) : text(row));
      return row.kind === "group" && words !== "" ? `**${words}**` : words;
    }),
  );
  return [
    escaped(titleOf(summary)),
    "",
    line(columns.map(({ title }) => escaped(title))),
    line(columns.map(({ left }) => (left ? ":--" : "--:"))),
    ...body.map(line),
    line(columns.map(({ total }) => (total === "" ? "" : `**${total}**`))),
    ...footOf(summary).flatMap((text) => ["", escaped(text)]),
  ].join("\n");
}

/** What GitHub would read as markup, as text. */
const escaped = (text: string): string => text.replace(/[\\|`*_<>[\]~]/g, "\\$&").replace(/\s+/g, " ");
