import type { Options } from "yargs";
import type { FoundModel } from "../model.ts";

/** What is exported, and how it was asked for. */
export interface ExportRequest {
  readonly model: FoundModel;
  /** Where its numbers come from; null: they are random. */
  readonly weights: string | null;
  readonly out: string;
  /** Those of the target, as yargs gives them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A kind of file, or folder, that a network can be written as. */
export interface ExportTarget {
  readonly options: Readonly<Record<string, Options>>;
  /** Before any work. @throws UsageError for a name that is none for it. */
  checkOut(out: string): Promise<void>;
  /** Writes, and tells what: `facts` for programs, `text` for people. */
  write(request: ExportRequest): Promise<{ readonly facts: object; readonly text: string }>;
}
