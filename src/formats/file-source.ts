import { closeSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { ConvsmithError, FileFormatError } from "../core/errors.ts";
import { fileError } from "./atomic-file.ts";
import type { ByteSource } from "./byte-source.ts";
import { checkRegular, mostAtOnce } from "./read-regular.ts";

/**
 * Opens a file for as long as `use` takes, which reads of it what it needs: what it names after that can't be read any more.
 * @throws ConvsmithError of one line where it is no regular file or can't be read; what `use` throws.
 */
export async function withFile<Result>(
  path: string,
  use: (source: ByteSource) => Result | Promise<Result>,
): Promise<Result> {
  let file: OpenFile | undefined;
  try {
    await checkRegular(path);
    const handle = await open(path);
    file = new OpenFile(handle, path);
    return await use(await file.source());
  } catch (error) {
    throw isSystemError(error) ? fileError("read", path, error) : error;
  } finally {
    await file?.close();
  }
}

class OpenFile {
  readonly #path: string;
  /** Null once it is closed: its descriptor may then be another file's. */
  #handle: FileHandle | null;

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  async source(): Promise<ByteSource> {
    const { size } = await this.#handle!.stat();
    return { length: size, bytes: (start, end) => this.#read(start, end) };
  }

  #read(start: number, end: number): Uint8Array {
    if (!this.#handle) throw new ConvsmithError(`${this.#path}: cannot read: it was closed before`);
    return readPart(this.#handle.fd, start, end, this.#path);
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }
}

/**
 * A file that is opened again for each part of it.
 * @throws ConvsmithError of one line where it is no regular file or can't be read, and by `bytes` where it was changed since.
 */
export async function sourceAt(path: string): Promise<ByteSource> {
  try {
    await checkRegular(path);
    const then = await stat(path);
    return { length: then.size, bytes: (start, end) => readUnchanged(path, then, start, end) };
  } catch (error) {
    throw fileError("read", path, error);
  }
}

function readUnchanged(path: string, then: Stats, start: number, end: number): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const now = fstatSync(descriptor);
    if (now.size !== then.size || now.mtimeMs !== then.mtimeMs) {
      throw new ConvsmithError(`${path}: cannot read: it was changed since it was opened`);
    }
    return readPart(descriptor, start, end, path);
  } catch (error) {
    throw fileError("read", path, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readPart(descriptor: number, start: number, end: number, path: string): Uint8Array {
  const result = new Uint8Array(end - start);
  for (let at = 0; at < result.length; ) {
    const count = readSync(descriptor, result, at, Math.min(result.length - at, mostAtOnce), start + at);
    if (count === 0) throw new FileFormatError(path, "the file became shorter while it was read", start + at);
    at += count;
  }
  return result;
}

const isSystemError = (error: unknown): boolean => error instanceof Error && "syscall" in error;
