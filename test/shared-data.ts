import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = process.env.CONVSMITH_SHARED ?? fileURLToPath(new URL("../../shared", import.meta.url));

/** A path below the folder of data that is not part of the repository, and whether it is there. */
export function sharedData(path: string): { path: string; missing: boolean; note: string } {
  const full = `${root}/${path}`;
  const missing = !existsSync(full);
  return { path: full, missing, note: missing ? ` (skipped: no ${path}; set CONVSMITH_SHARED)` : "" };
}
