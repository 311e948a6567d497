import type { Options } from "yargs";
import { UsageError } from "../errors.ts";

/** What all questions have in common. */
export const answerOptions = {
  top: { type: "string", describe: "How many answers the table shows", default: "10", requiresArg: true },
  json: { type: "boolean", describe: "Print the result as JSON on stdout: all answers", default: false },
} as const satisfies Record<string, Options>;

/** "224" as a square, "224x320" as height and width. @throws UsageError */
export function side(text: string): readonly [height: number, width: number] {
  const sizes = text.split(/[x×]/i).map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  const [height, width = height] = sizes;
  if (sizes.length <= 2 && sizes.every((size) => Number.isSafeInteger(size) && size > 0)) return [height!, width!];
  throw new UsageError(
    `a size must be a whole number from 1 such as 224, or height and width such as 224x320, got ${text}`,
  );
}
