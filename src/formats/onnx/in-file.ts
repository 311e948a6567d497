import { ConvsmithError, FileFormatError, oneLine } from "../../core/errors.ts";

/** Characters of a message from its beginning, which tells what is wrong, and from its end, which tells what to do. */
const longest = { beginning: 260, end: 120 } as const;

/** Names and numbers from a file may fill pages: what is between the beginning and the end is left out. */
export function shortened(message: string): string {
  const { beginning, end } = longest;
  const line = oneLine(message);
  return line.length <= beginning + end + 3 ? line : `${line.slice(0, beginning)} … ${line.slice(-end)}`;
}

/** Names of a list in quotes, a few of them: `"a", "b" and 3 more`. */
export function fewNames(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => shownName(name));
  const more = names.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

export const shownName = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

const placed = new WeakSet<ConvsmithError>();

/** Runs `body`; a refusal inside of it then names the file, and the byte of the part that it is about. It stays of its type. */
export function inFile<T>(file: string, byte: number | null, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (isBare(error, file)) {
      placed.add(error);
      error.message = `${file}: ${shortened(error.message)}${byte === null ? "" : ` (at byte ${byte})`}`;
    }
    throw error;
  }
}

/** As inFile, of what can only be the file's fault. @throws FileFormatError */
export function readingFile<T>(file: string, byte: number | null, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (isBare(error, file)) throw new FileFormatError(file, shortened(error.message), byte ?? 0);
    throw error;
  }
}

/** One that does not name the file yet, as those do that tell why it can't be read. */
const isBare = (error: unknown, file: string): error is ConvsmithError =>
  error instanceof ConvsmithError &&
  !(error instanceof FileFormatError) &&
  !placed.has(error) &&
  !error.message.startsWith(`${file}: `);
