import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { ConvsmithError, FileFormatError } from "../core/errors.ts";
import { fileError } from "../formats/atomic-file.ts";
import { ClassificationDataset, type NormalizeOptions } from "./classification.ts";
import { readFileBytes } from "./files.ts";
import { type Idx, parseIdx, parseIdxHeader } from "./idx.ts";

/**
 * Reads an idx file, as it is or compressed with gzip.
 *
 * @throws FileFormatError when it is damaged, truncated or larger than its header says; ConvsmithError when it can't be read.
 */
export async function readIdx(path: string): Promise<Idx> {
  const bytes = await readFileBytes(path);
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parseIdx(gzip ? inflate(bytes, path) : bytes, path);
}

/** The header is read first: it says how much may be allocated, however much the file would unpack to. */
function inflate(bytes: Uint8Array, path: string): Uint8Array {
  try {
    const head = gunzipSync(bytes.subarray(0, 1024), { finishFlush: constants.Z_SYNC_FLUSH });
    return gunzipSync(bytes, { maxOutputLength: parseIdxHeader(head, path).bytes });
  } catch (error) {
    if (error instanceof ConvsmithError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const problem =
      code === "ERR_BUFFER_TOO_LARGE"
        ? "it unpacks to more than its header says"
        : `the gzip data is damaged or truncated: ${message}`;
    throw new FileFormatError(path, problem, bytes.length);
  }
}

/**
 * MNIST, or a set of its format (Fashion-MNIST, KMNIST), from a folder of idx or idx.gz files. Inputs are [1, 28, 28],
 * (code / 255 - 0.1307) / 0.3081 unless `normalize` says otherwise; targets are 0..9.
 *
 * @throws FileFormatError for damaged files or files that do not belong together; ConvsmithError when one is missing.
 */
export async function loadMnist(
  folder: string,
  split: "train" | "test",
  normalize: NormalizeOptions = { mean: [0.1307], std: [0.3081] },
): Promise<ClassificationDataset> {
  const names = await list(folder);
  const stem = split === "train" ? "train" : "t10k";
  const imageFile = find(folder, names, `${stem}-images`, 3);
  const labelFile = find(folder, names, `${stem}-labels`, 1);
  const [images, labels] = await Promise.all([readIdx(imageFile), readIdx(labelFile)]);
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3) {
    throw new FileFormatError(imageFile, `pictures need 3 axes, got shape [${images.shape.join(", ")}]`, 3);
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw new FileFormatError(
      labelFile,
      `needs one label for each of ${count} pictures, got [${labels.shape.join(", ")}]`,
      4,
    );
  }
  // A set of fewer pictures may lack a class, so ten is the least.
  const largest = labels.data.reduce((max, label) => Math.max(max, label), 9);
  const classes = Array.from({ length: largest + 1 }, (_, index) => String(index));
  const data = {
    shape: [1, height!, width!],
    pixels: images.data,
    labels: Int32Array.from(labels.data),
    classes,
  } as const;
  return new ClassificationDataset(data, normalize);
}

/** Whether a folder holds idx files under MNIST's names. */
export async function isMnistFolder(folder: string): Promise<boolean> {
  const names = await list(folder);
  return names.some((name) => /^(train|t10k)-images[-.]idx3-ubyte(\.gz)?$/.test(name));
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw fileError("read", folder, error);
  }
}

function find(folder: string, names: string[], stem: string, axes: number): string {
  const candidates = ["-", "."].flatMap((dash) => ["", ".gz"].map((end) => `${stem}${dash}idx${axes}-ubyte${end}`));
  const name = candidates.find((candidate) => names.includes(candidate));
  if (name === undefined) {
    throw new ConvsmithError(`${folder}: holds no ${candidates[0]} (or .gz); these are the names of MNIST's files`);
  }
  return join(folder, name);
}
