import { FileFormatError } from "../../core/errors.ts";
import { readLegacy } from "./legacy.ts";
import { readPickle } from "./pickle.ts";
import { type PytorchContent, pickleMemory, storageOf } from "./storage-reference.ts";
import { Storages } from "./storages.ts";
import { PickledStorage } from "./values.ts";
import { isZip, storedBytes, zipEntries } from "./zip.ts";

/**
 * Reads the bytes of a `.pt` or `.pth` file. No code runs: see globals.ts for what is built.
 * @throws FileFormatError that names `file` and the byte for a damaged or hostile file, or one with other objects in it.
 */
export function parsePytorch(bytes: Uint8Array, file: string): PytorchContent {
  if (bytes.length === 0) throw new FileFormatError(file, "the file is empty");
  if (!isZip(bytes)) return readLegacy(bytes, file);
  const entries = zipEntries(bytes, file);
  const pickle = [...entries.values()].find(({ name }) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (!pickle) throw new FileFormatError(file, "the zip archive has no data.pkl, so torch.save did not write it");
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(storedBytes(bytes, order, file)) !== "little") {
    throw new FileFormatError(file, "numbers with the highest byte first. Save it on another machine", order.header);
  }
  const storages = new Storages(file, (key) => {
    const entry = entries.get(`${folder}data/${key}`);
    return entry && storedBytes(bytes, entry, file);
  });
  const data = storedBytes(bytes, pickle, file);
  const { value } = readPickle(data, 0, {
    file,
    base: data.byteOffset - bytes.byteOffset,
    persistent: (id, at) => new PickledStorage(storageOf(id, file, data.byteOffset - bytes.byteOffset + at)),
    memory: pickleMemory(bytes.length),
  });
  return { layout: "zip", root: value, bytes: bytes.length, storages };
}
