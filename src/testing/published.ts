import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type ConventionName, type Summary, summarize } from "../analysis/index.ts";
import { createModel, type ModelOptions } from "../models/index.ts";
import { type Deviation, deviations } from "./published-deviations.ts";

const shared = process.env.CONVSMITH_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));
const path = `${shared}/reference/cost.json`;

/** Whether the published figures are not there; `note` says so in the name of a test. */
export const missing = !existsSync(path);
export const note = missing ? " (skipped: no reference/cost.json; set CONVSMITH_SHARED)" : "";

/** Tables of published figures, by name; none where the file is missing. */
export const tables: Readonly<Record<string, readonly unknown[]>> = missing
  ? {}
  : JSON.parse(readFileSync(path, "utf8")).tables;

/** The rows of a table, in the file's order. Where the file is missing, one row of nothing: its test shows as skipped. */
export function rowsOf<Row>(table: string): readonly Row[] {
  return (missing ? [{}] : tables[table]!) as readonly Row[];
}

/** What is told of a figure that we do not print alike. */
export function deviationOf(table: string, row: string, column: string): Deviation | undefined {
  return deviations.find((each) => each.table === table && each.row === row && each.column === column);
}

/** Ours equals the printed figure, or is the other one that the list of deviations tells. */
export function expectPublished(table: string, row: string, column: string, printed: unknown, ours: unknown): void {
  const known = deviationOf(table, row, column);
  expect(ours, `${row} ${column}`).toBe(known ? known.ours : printed);
  if (!known) return;
  expect(printed, `${row} ${column} as its source prints it`).toBe(known.printed);
  expect(known.ours).not.toBe(known.printed);
}

export const billions = (value: number, digits = 2): number => Number((value / 1e9).toFixed(digits));
export const millions = (value: number, digits = 2): number => Number((value / 1e6).toFixed(digits));

const summaries = new Map<string, Summary>();

/** The summary of a ready network for a square picture, recorded once for each convention. */
export function summaryOf(name: string, convention: ConventionName, side = 224, options: ModelOptions = {}): Summary {
  const key = `${name} ${convention} ${side} ${JSON.stringify(options)}`;
  const found = summaries.get(key) ?? summarize(createModel(name, options).network, [1, 3, side, side], { convention });
  summaries.set(key, found);
  return found;
}
