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
  const said = head.map((_, column) => first.slice(1).some((row) => !/^0?$/.test(row[column]!)));
  const shown = first.map((row) => row.filter((_, column) => said[column]));
  const more = rows.length > top ? [`${rows.length - top} more: --top ${rows.length} shows all.`] : [];
  return [table(shown), "", ...more, wrapped(`Ranked by: ${rules.join("; ")}.`)].join("\n");
}

/** Lines of at most as many columns as the terminal has, 100 where it has none. */
export function wrapped(text: string): string {
  const width = process.stdout.columns ?? 100;
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}
