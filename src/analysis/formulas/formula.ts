import { ShapeError } from "../../core/errors.ts";

/** A figure, and how it comes about with the numbers put in. */
export interface Formula {
  readonly value: number;
  /** "⌊(32 − 5 + 2·0)/1⌋ + 1 = 28" */
  readonly trace: string;
  /** What may surprise about this figure, "" where nothing does. */
  readonly warning: string;
}

/** Numbers of one axis. */
export interface WindowOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
}

/** @throws ShapeError that names the first value which is no whole number from `least`, and the nearest that is. */
export function needWhole(name: string, values: Readonly<Record<string, number>>, least: number): void {
  for (const [what, value] of Object.entries(values)) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    // Infinity and what float64 holds no longer exactly have no neighbour worth naming; NaN is near nothing.
    const nearest = Math.max(least, Math.round(value));
    const advice = Number.isSafeInteger(nearest) ? `The nearest is ${nearest}` : `It may be ${least} or more`;
    throw new ShapeError(name, `needs ${what} to be a whole number from ${least}`, { [what]: value }, advice);
  }
}

/** @throws ShapeError where the result of whole numbers is too large for float64 to hold exactly. */
export function needExact(name: string, what: string, value: number): void {
  if (Number.isSafeInteger(value)) return;
  throw new ShapeError(
    name,
    `needs ${what} to be at most ${Number.MAX_SAFE_INTEGER} to be exact`,
    { [what]: value },
    "Use smaller sizes",
  );
}
