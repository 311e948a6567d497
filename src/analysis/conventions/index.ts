import { ArgumentError } from "../../core/errors.ts";
import type { Convention, ConventionName } from "./convention.ts";
import { exact } from "./exact.ts";

/** Every way of counting, by its name. */
export const conventions: Readonly<Partial<Record<ConventionName, Convention>>> = { exact };

/** @throws ArgumentError that tells the names. */
export function conventionOf(name: string): Convention {
  const found = Object.values(conventions).find((each) => each.name === name);
  if (found) return found;
  throw new ArgumentError(`convention: needs one of ${Object.keys(conventions).join(", ")}, got ${name}`);
}
