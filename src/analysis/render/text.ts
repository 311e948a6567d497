import type { Summary } from "../summary.ts";
import { summaryCsv } from "./csv.ts";
import { summaryLatex } from "./latex.ts";
import { summaryMarkdown } from "./markdown.ts";
import { summaryTable, type TableOptions } from "./table.ts";

export const textFormats = ["table", "csv", "markdown", "latex"] as const;
export type TextFormat = (typeof textFormats)[number];

export interface TextOptions extends TableOptions {
  readonly format: TextFormat;
}

/**
 * A summary as text, without a last end of line. `width` is that of a table, `depth` that of all but CSV, whose records are
 * the rows themselves.
 * @example
 * import { nn, summarize } from "convsmith";
 * import { summaryText } from "convsmith/analysis";
 * const summary = summarize(new nn.Linear(4, 2), [1, 4]);
 * console.log(summaryText(summary, { format: "markdown" }));
 */
export function summaryText(summary: Summary, { format, ...options }: TextOptions): string {
  switch (format) {
    case "table":
      return summaryTable(summary, options);
    case "csv":
      return summaryCsv(summary);
    case "markdown":
      return summaryMarkdown(summary, options);
    case "latex":
      return summaryLatex(summary, options);
  }
}
