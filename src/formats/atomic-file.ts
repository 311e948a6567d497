import { type FileHandle, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConvsmithError } from "../core/errors.ts";

let counter = 0;

/**
 * Writes a whole file or leaves what was there: the bytes go to a file beside `path`, reach the disk, and take its place by a rename.
 * A device or a pipe is written straight. Throws a ConvsmithError of one line that names the path; nothing half-written stays behind.
 * @example
 * import { writeFileAtomic } from "convsmith/formats";
 * import { tmpdir } from "node:os";
 * await writeFileAtomic(`${tmpdir()}/convsmith-example.txt`, "whole or not at all");
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  try {
    const existing = await stat(path).catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (existing && !existing.isFile() && !existing.isDirectory()) await writeWhole(path, "w", data);
    else await replace(existing ? await realpath(path) : path, data, existing?.mode);
  } catch (error) {
    throw fileError("write", path, error);
  }
}

async function replace(path: string, data: Uint8Array | string, mode: number | undefined): Promise<void> {
  const beside = join(dirname(path), `.${basename(path).slice(0, 100)}.${process.pid}-${counter++}.tmp`);
  try {
    await writeWhole(beside, "wx", data, mode);
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {});
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function writeWhole(path: string, flags: string, data: Uint8Array | string, mode?: number): Promise<void> {
  const file = await open(path, flags, mode);
  try {
    await file.writeFile(data);
    if (flags === "wx") await file.sync();
  } finally {
    await file.close();
  }
}

// Makes the rename itself durable; not every system lets a directory be opened, and the file is whole either way.
async function syncDirectory(path: string): Promise<void> {
  let directory: FileHandle | undefined;
  try {
    directory = await open(path, "r");
    await directory.sync();
  } catch {
  } finally {
    await directory?.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the disk; free some, or choose another place",
  EDQUOT: "the disk quota is used up; free some, or choose another place",
  EISDIR: "it is a folder, not a file",
  ENOTDIR: "a part of the path is a file, not a folder",
  EFBIG: "the file is larger than is allowed here",
  EMFILE: "too many files are open; close some",
  ENAMETOOLONG: "the name is too long",
  ERR_FS_FILE_TOO_LARGE: "the file is too large to be read at once",
};

/** One line that says which path could not be read or written, and why. A ConvsmithError is passed through. */
export function fileError(action: "read" | "write", path: string, error: unknown): ConvsmithError {
  if (error instanceof ConvsmithError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = reasons[code ?? ""] ?? message.split("\n")[0];
  return new ConvsmithError(`${path}: cannot ${action}: ${reason}`, { cause: error });
}
