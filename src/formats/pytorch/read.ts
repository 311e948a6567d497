import { FileFormatError } from "../../core/errors.ts";
import { type ByteSource, bytesFrom, sourceOf } from "../byte-source.ts";
import { readLegacy } from "./legacy.ts";
import { readPickle } from "./pickle.ts";
import { type PytorchContent, pickleMemory, storageOf } from "./storage-reference.ts";
import { Storages } from "./storages.ts";
import { PickledStorage } from "./values.ts";
import { isZip, storedRange, type ZipEntry, zipEntries } from "./zip.ts";

/**
 * Reads a `.pt` or `.pth` file, but for the numbers of its tensors. No code runs: see globals.ts for what is built.
 * @throws FileFormatError that names `file` and the byte for a damaged or hostile file, or one with other objects in it.
 */
export function parsePytorch(source: ByteSource, file: string): PytorchContent {
  if (source.length === 0) throw new FileFormatError(file, "the file is empty");
  if (!isZip(bytesFrom(source, 0, 4))) return readLegacy(source, file);
  const entries = zipEntries(source, file);
  const pickle = [...entries.values()].find(({ name }) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (!pickle) throw new FileFormatError(file, "the zip archive has no data.pkl, so torch.save did not write it");
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order && byteOrder(source, order, file) !== "little") {
    throw new FileFormatError(file, "numbers with the highest byte first. Save it on another machine", order.header);
  }
  const storages = new Storages(source, file, (key) => {
    const entry = entries.get(`${folder}data/${key}`);
    return entry && storedRange(source, entry, file);
  });
  const { start, end } = storedRange(source, pickle, file);
  const { value } = readPickle(sourceOf(source.bytes(start, end)), 0, {
    file,
    base: start,
    persistent: (id, at) => new PickledStorage(storageOf(id, file, start + at)),
    memory: pickleMemory(source.length),
  });
  return { layout: "zip", root: value, bytes: source.length, storages };
}

function byteOrder(source: ByteSource, entry: ZipEntry, file: string): string {
  const { start, end } = storedRange(source, entry, file);
  return new TextDecoder().decode(source.bytes(start, end));
}
