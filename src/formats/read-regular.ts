import { type FileHandle, open, readFile, stat } from "node:fs/promises";
import { ConvsmithError } from "../core/errors.ts";
import { fileError } from "./atomic-file.ts";

/** More than most systems read in one call. */
export const mostAtOnce = 2 ** 30;

/** A file's bytes. A pipe could hang and a device never end, so only regular files are opened. @throws ConvsmithError of one line */
export async function readRegular(path: string): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    await checkRegular(path);
    handle = await open(path);
    const { size } = await handle.stat();
    // What the system makes as it is read, such as /proc/cpuinfo, tells no size.
    return size === 0 ? await readFile(handle) : await readWhole(handle, size);
  } catch (error) {
    throw fileError("read", path, error);
  } finally {
    await handle?.close();
  }
}

/** In one call where it can be: readFile's pieces of 512 kB take several times as long. */
async function readWhole(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(size - at, mostAtOnce), at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

/** @throws ConvsmithError for a folder, a pipe or a device; the system's error where there is nothing. */
export async function checkRegular(path: string): Promise<void> {
  const facts = await stat(path);
  if (facts.isDirectory()) throw new ConvsmithError(`${path}: cannot read: it is a folder, not a file`);
  if (!facts.isFile()) throw new ConvsmithError(`${path}: cannot read: it is not a regular file`);
}
