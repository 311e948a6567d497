import { ArgumentError } from "../core/errors.ts";

/** When a run ends: exactly one of the three. */
export interface Limit {
  readonly epochs?: number;
  readonly steps?: number;
  readonly minutes?: number;
}

/** @throws ArgumentError unless exactly one limit is given, positive, and whole for epochs and steps. */
export function checkLimit(limit: Limit): void {
  const given = Object.entries({ epochs: limit.epochs, steps: limit.steps, minutes: limit.minutes }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length !== 1) {
    const names = given.map(([name]) => name).join(" and ") || "none";
    throw new ArgumentError(`training: needs one of epochs, steps and minutes, got ${names}`);
  }
  const [name, value] = given[0] as [string, number];
  if (!(value > 0 && Number.isFinite(value)) || (name !== "minutes" && !Number.isSafeInteger(value))) {
    const kind = name === "minutes" ? "a number above 0" : "a whole number from 1";
    throw new ArgumentError(`training: ${name} must be ${kind}, got ${value}`);
  }
}

/** Steps of the whole run; null where time is the limit. */
export function stepsOf(limit: Limit, epochSteps: number): number | null {
  if (limit.steps !== undefined) return limit.steps;
  return limit.epochs === undefined ? null : limit.epochs * epochSteps;
}
