/** Prints a line, or several. */
export type Say = (text: string) => void;

/** A topic of the curriculum: it says what is seen, and throws where a figure is not the expected one. */
export interface Topic {
  readonly title: string;
  readonly run: (say: Say) => void | Promise<void>;
}

/** @throws Error where a number is further off than allowed. */
export function close(actual: ArrayLike<number>, expected: readonly number[], allowed: number): void {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers, not ${expected.length}`);
  for (const [at, value] of expected.entries()) {
    if (Math.abs(actual[at]! - value) <= allowed) continue;
    throw new Error(`number ${at} is ${actual[at]}, expected ${value}`);
  }
}

/** Numbers in rows of so many columns. */
export function grid(numbers: ArrayLike<number>, columns: number, digits: number): string {
  const cells = Array.from(numbers, (value) => value.toFixed(digits));
  const width = Math.max(...cells.map((cell) => cell.length));
  const rows = Array.from({ length: cells.length / columns }, (_, row) =>
    cells.slice(row * columns, (row + 1) * columns),
  );
  return rows.map((row) => `  ${row.map((cell) => cell.padStart(width)).join("  ")}`).join("\n");
}
