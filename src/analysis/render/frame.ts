import { conventionOf } from "../conventions/index.ts";
import type { Summary } from "../summary.ts";

/** What stands above the rows in every form. */
export function titleOf({ name, inputShape, convention }: Summary): string {
  const counted = convention === "exact" ? "" : `, counted as ${convention} does: ${conventionOf(convention).meaning}`;
  return `${name} on [${inputShape.join(", ")}]${counted}`;
}

/** What stands below: why the network failed. */
export function footOf({ error }: Summary): string[] {
  return error === null ? [] : [`✗ ${errorText(error)}`];
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
