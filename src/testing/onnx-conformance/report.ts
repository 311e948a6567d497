import type { Outcome } from "./conformance.ts";

/**
 * A table by operator, each case that did not pass with its reason, and the totals. A case of several nodes counts under
 * each of their operators.
 */
export function conformanceReport(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, Record<Outcome["status"], number>>();
  for (const { operators, status } of outcomes) {
    for (const name of operators) {
      const row = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0 };
      row[status]++;
      counts.set(name, row);
    }
  }
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(8, ...rows.map(([name]) => name.length));
  const line = (name: string, ...cells: (string | number)[]) =>
    [name.padEnd(width), ...cells.map((cell) => String(cell || "-").padStart(15))].join("");
  const of = (status: Outcome["status"]) => outcomes.filter((each) => each.status === status);
  const listed = (title: string, status: Outcome["status"]) => {
    const cases = of(status).map(({ name, reason }) => `  ${name}: ${reason}`);
    return cases.length > 0 ? ["", title, ...cases] : [];
  };
  return [
    line("operator", "pass", "fail", "not supported"),
    ...rows.map(([name, { passed, failed, skipped }]) => line(name, passed, failed, skipped)),
    ...listed("skipped:", "skipped"),
    ...listed("failed:", "failed"),
    "",
    `${of("passed").length} passed, ${of("failed").length} failed, ${of("skipped").length} skipped`,
  ].join("\n");
}
