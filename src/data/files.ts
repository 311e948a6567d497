import { readFile } from "node:fs/promises";
import { fileError } from "../formats/atomic-file.ts";

/** The bytes of a file. @throws ConvsmithError with one line that names the file and the reason. */
export async function readFileBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError("read", path, error);
  }
}
