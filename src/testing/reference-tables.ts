import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const shared = process.env.CONVSMITH_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));
const path = `${shared}/reference/cost.json`;

/** Published figures, one table a source. Empty where the file is missing: tests are then skipped, and say so. */
export const reference: {
  readonly missing: boolean;
  /** What a skipped suite's name ends with. */
  readonly note: string;
  readonly tables: Readonly<Record<string, unknown>>;
  readonly sources: Readonly<Record<string, { readonly extra?: string }>>;
} = existsSync(path)
  ? { missing: false, note: "", ...JSON.parse(readFileSync(path, "utf8")) }
  : { missing: true, note: " (skipped: needs shared/reference/cost.json)", tables: {}, sources: {} };
