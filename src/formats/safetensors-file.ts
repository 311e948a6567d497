import { writeFileAtomic } from "./atomic-file.ts";
import { readRegular } from "./read-regular.ts";
import { parseSafetensors, type SafetensorsContent, serializeSafetensors } from "./safetensors.ts";
import type { SafetensorsTensor } from "./safetensors-dtype.ts";

/**
 * Reads a `.safetensors` file. Throws a FileFormatError for a damaged one (see parseSafetensors), a ConvsmithError of one line where it
 * can't be read.
 * @example
 * import { readSafetensors, safetensorsFromFloat32, writeSafetensors } from "convsmith/formats";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/convsmith-example.safetensors`;
 * await writeSafetensors(path, new Map([["bias", safetensorsFromFloat32([0.5], [1])]]));
 * console.log((await readSafetensors(path)).tensors.get("bias")?.dtype); // F32
 */
export async function readSafetensors(path: string): Promise<SafetensorsContent> {
  return parseSafetensors(await readRegular(path), path);
}

/** Writes a `.safetensors` file whole or not at all; see serializeSafetensors for the order and writeFileAtomic for the errors. */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, serializeSafetensors(tensors, metadata));
}
