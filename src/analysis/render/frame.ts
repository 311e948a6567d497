import { conventionOf } from "../conventions/index.ts";
import type { Summary } from "../summary.ts";

/** What stands above the rows in every form. */
export function titleOf({ name, inputShape, convention }: Summary): string {
  const counted = convention === "exact" ? "" : `, counted as ${convention} does: ${conventionOf(convention).meaning}`;
  return `${name} on [${inputShape.join(", ")}]${counted}`;
}

/** What stands below: what is not known of the network, and why it failed. */
export function footOf({ error, unknown }: Summary): string[] {
  return [...unknownText(unknown), ...(error === null ? [] : [`✗ ${errorText(error)}`])];
}

/** The first layer that is not known is the cause of most that follow. */
function unknownText([first, ...others]: Summary["unknown"]): string[] {
  if (!first) return [];
  const more = others.length === 0 ? "" : `, and ${others.length} more ${others.length === 1 ? "layer" : "layers"}`;
  return [`? Not counted: ${first.path} (${first.unknown})${more}. The totals are at least these.`];
}

export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
