import { ArgumentError } from "../core/errors.ts";

/** @throws ArgumentError unless every value is a whole number from 1. */
export function checkWhole(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ArgumentError(`training: ${name} must be a whole number from 1, got ${value}`);
    }
  }
}

/** @throws ArgumentError unless every value is above 0. */
export function checkPositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new ArgumentError(`training: ${name} must be a number above 0, got ${value}`);
    }
  }
}

/** @throws ArgumentError unless `value` is one of `choices`. */
export function checkChoice(name: string, value: unknown, choices: readonly unknown[]): void {
  if (!choices.includes(value)) {
    throw new ArgumentError(`training: ${name} must be one of ${choices.join(", ")}, got ${value}`);
  }
}
