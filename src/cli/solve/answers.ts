import stringWidth from "string-width";
import { table } from "../table.ts";
import { terminalColumns, wrappedText } from "../wrapped-text.ts";

/** A table of the first answers, and how they are ranked. */
export function answersText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  top: number,
  rules: readonly string[],
): string {
  const first = [head, ...rows.slice(0, top)];
  // A column in which nothing is said takes no room.
  const said = head.map((_, column) => first.slice(1).some((row) => row[column] !== ""));
  const shown = first.map((row) => row.filter((_, column) => said[column]));
  const more = rows.length > top ? [`${rows.length - top} more: --top ${rows.length} shows all.`] : [];
  return [fitted(shown), "", ...more, wrappedText(`Ranked by: ${rules.join("; ")}.`)].join("\n");
}

/** A table; where the terminal is too narrow for it, each row as its first cell and, below, what the others say. */
function fitted(rows: readonly (readonly string[])[]): string {
  const whole = table(rows);
  if (stringWidth(whole.split("\n")[1]!) <= terminalColumns()) return whole;
  const [head, ...answers] = rows as [readonly string[], ...string[][]];
  const facts = (row: readonly string[]) =>
    row.flatMap((cell, at) => (at === 0 || cell === "" ? [] : [`${head[at]} ${cell}`])).join(" · ");
  return answers.map((row) => `${wrappedText(row[0]!)}\n${wrappedText(`  ${facts(row)}`, "  ")}`).join("\n");
}
