import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ConvsmithError } from "../core/errors.ts";

/** Before long work: there must be a folder to write `out` to. @throws ConvsmithError */
export async function checkFolder(out: string): Promise<void> {
  const folder = dirname(out);
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new ConvsmithError(`${out}: cannot write: ${folder} is no folder`);
}
