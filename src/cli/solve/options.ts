import type { Options } from "yargs";
import { UsageError } from "../errors.ts";

/** What all questions have in common. */
export const answerOptions = {
  top: { type: "string", describe: "How many answers the table shows", default: "10", requiresArg: true },
  json: { type: "boolean", describe: "Print the result as JSON on stdout: all answers", default: false },
} as const satisfies Record<string, Options>;

/** A whole number from `least`, undefined where the option is left out. @throws UsageError */
export function whole(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${option} must be a whole number from ${least}, got ${text === "" ? "nothing" : text}`);
}

/** "224" as a square, "224x320" as height and width. @throws UsageError */
export function side(text: string): readonly [height: number, width: number] {
  const sizes = text.split(/[x×]/i).map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  const [height, width = height] = sizes;
  if (sizes.length <= 2 && sizes.every((size) => Number.isSafeInteger(size) && size > 0)) return [height!, width!];
  throw new UsageError(
    `a size must be a whole number from 1 such as 224, or height and width such as 224x320, got ${text}`,
  );
}
