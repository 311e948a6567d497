import { readFile, stat } from "node:fs/promises";
import { ConvsmithError } from "../core/errors.ts";
import { fileError } from "./atomic-file.ts";

/** A file's bytes. A pipe could hang and a device never end, so only regular files are opened. @throws ConvsmithError of one line */
export async function readRegular(path: string): Promise<Uint8Array> {
  try {
    await checkRegular(path);
    return await readFile(path);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** @throws ConvsmithError for a folder, a pipe or a device; the system's error where there is nothing. */
export async function checkRegular(path: string): Promise<void> {
  const facts = await stat(path);
  if (facts.isDirectory()) throw new ConvsmithError(`${path}: cannot read: it is a folder, not a file`);
  if (!facts.isFile()) throw new ConvsmithError(`${path}: cannot read: it is not a regular file`);
}
