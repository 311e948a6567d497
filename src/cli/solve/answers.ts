import stringWidth from "string-width";
import { table } from "../table.ts";

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
  return [fitted(shown), "", ...more, wrapped(`Ranked by: ${rules.join("; ")}.`)].join("\n");
}

const columns = () => process.stdout.columns ?? 100;

/** A table; where the terminal is too narrow for it, each row as its first cell and, below, what the others say. */
function fitted(rows: readonly (readonly string[])[]): string {
  const whole = table(rows);
  if (stringWidth(whole.split("\n")[1]!) <= columns()) return whole;
  const [head, ...answers] = rows as [readonly string[], ...string[][]];
  const facts = (row: readonly string[]) =>
    row.flatMap((cell, at) => (at === 0 || cell === "" ? [] : [`${head[at]} ${cell}`])).join(" · ");
  return answers.map((row) => `${wrapped(row[0]!)}\n${wrapped(facts(row), "  ")}`).join("\n");
}

/** Lines of at most as many columns as the terminal has, 100 where it has none, each behind the indent. */
export function wrapped(text: string, indent = ""): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns()) lines.push(indent + word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join("\n");
}
