import { randomUUID } from "node:crypto";
import { open, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConvsmithError } from "../core/errors.ts";

/**
 * Writes a whole file beside its place and renames it there, so that `path` holds either what it held before or all of
 * `bytes`. On failure nothing is left behind. A link is followed, a device or a pipe is written straight.
 *
 * @throws ConvsmithError with one line that names the file and the reason (full disk, no permission, no such folder).
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const existing = await stat(path).catch(() => null);
    if (existing && !existing.isFile() && !existing.isDirectory()) await writeFile(path, bytes);
    else await replace(existing ? await realpath(path) : path, bytes);
  } catch (error) {
    throw new ConvsmithError(`${path}: cannot be written: ${reason(error)}`, { cause: error });
  }
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const beside = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    // "wx": never over a file that somebody else made.
    const file = await open(beside, "wx");
    try {
      await file.writeFile(bytes);
      // Without it a power cut could leave the new name on an empty file.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

/** The bytes of a file. @throws ConvsmithError with one line that names the file and the reason. */
export async function readFileBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ConvsmithError(`${path}: cannot be read: ${reason(error)}`, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is larger than is allowed here",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
};

/** What a system error means, in words, with its code. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== undefined && reasons[code] !== undefined) return `${reasons[code]} (${code})`;
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}
