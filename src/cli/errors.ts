import { ConvsmithError } from "../core/errors.ts";

/** A command was called in a way that it does not understand. */
export class UsageError extends ConvsmithError {
  override name = "UsageError";
}

/** What an error looks like to the user: one line. With CONVSMITH_DEBUG=1 the stack follows. */
export function errorText(error: unknown, debug = process.env.CONVSMITH_DEBUG === "1"): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.trim().replace(/\s*\n\s*/g, " ") || "unknown error";
  const expected = error instanceof ConvsmithError;
  const hint = expected || debug ? "" : " (unexpected; run again with CONVSMITH_DEBUG=1 for details)";
  const stack = debug && error instanceof Error && error.stack ? `\n${error.stack}` : "";
  return `convsmith: ${line}${hint}${stack}`;
}
