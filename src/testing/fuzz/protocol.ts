import type { Format } from "./corpus.ts";

/** What a child process is to do: inputs `from` to `to` of a seed, or files. */
export interface Task {
  readonly root: string;
  readonly format: Format;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Files to use instead of what the seed gives: `from` and `to` count them. */
  readonly files?: readonly string[];
  /** For inputs, and for what the child tells: findings by line, and the number of the input at hand. */
  readonly folder: string;
  /** True: the process reads valid files first, and every peak is told. */
  readonly exact: boolean;
}

export interface Finding {
  readonly index: number;
  readonly name: string;
  readonly step: string;
  readonly kind: "error" | "memory" | "hang" | "crash";
  readonly problem: string;
  /** Where it was thrown, or bytes of memory. */
  readonly detail: string;
}

/** What a child counts. */
export interface Counts {
  readonly read: number;
  readonly refused: number;
  readonly slowest: { readonly index: number; readonly milliseconds: number };
  readonly largest: { readonly index: number; readonly bytes: number };
}

export type Line = { readonly finding: Finding } | { readonly counts: Counts };

/** CPU time that an input may take, and wall-clock time where the machine is busy with other work. */
export const limits = { milliseconds: 2000, wallMilliseconds: 20_000, residentBytes: 2 ** 30 } as const;
