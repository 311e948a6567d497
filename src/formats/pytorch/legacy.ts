import { FileFormatError } from "../../core/errors.ts";
import { storageBytes } from "./globals.ts";
import { readPickle } from "./pickle.ts";
import { type PytorchContent, pickleMemory, storageOf } from "./storage-reference.ts";
import { Storages } from "./storages.ts";
import { PickledStorage, type PickledValue, type StorageReference } from "./values.ts";

/** The number that files of PyTorch before 1.6 begin with, and their protocol's. */
const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/**
 * A file of PyTorch before 1.6: pickles of the magic number, the protocol, facts about the machine, the object and the keys
 * of its storages; then each storage, as its number of elements and its bytes.
 */
export function readLegacy(bytes: Uint8Array, file: string): PytorchContent {
  const fail = (problem: string, at: number): never => {
    throw new FileFormatError(file, problem, at);
  };
  if (bytes[0] !== 0x80) return fail(tellApart(bytes), 0);
  const references = new Map<string, StorageReference>();
  const next = (start: number) =>
    readPickle(bytes, start, {
      file,
      base: 0,
      persistent: (id, at) => {
        const reference = storageOf(id, file, at);
        const known = references.get(reference.key);
        if (!known) references.set(reference.key, reference);
        return new PickledStorage(reference);
      },
      memory: pickleMemory(bytes.length),
    });
  const first = next(0);
  if (first.value !== magic) {
    return fail('a pickle, but not one of torch.save. In Python: torch.save(state_dict, "weights.pth")', 0);
  }
  const version = next(first.end);
  if (version.value !== protocol)
    return fail(`protocol ${String(version.value)}, and only ${protocol} is known`, first.end);
  const machine = next(version.end);
  if (machine.value instanceof Map && machine.value.get("little_endian") === false) {
    return fail("numbers with the highest byte first. Save it on another machine", version.end);
  }
  const object = next(machine.end);
  const keys = next(object.end);
  return {
    layout: "legacy",
    root: object.value,
    bytes: bytes.length,
    storages: storagesOf(keys.value, references, bytes, keys.end, file),
  };
}

function storagesOf(
  keys: PickledValue,
  references: ReadonlyMap<string, StorageReference>,
  bytes: Uint8Array,
  start: number,
  file: string,
): Storages {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, Uint8Array>();
  let at = start;
  for (const key of Array.isArray(keys) ? keys : []) {
    const reference = references.get(String(key));
    if (!reference) throw new FileFormatError(file, "lists a storage that no tensor has", at);
    if (at + 8 > bytes.length) throw new FileFormatError(file, `storage ${reference.key} is cut off`, at);
    const elements = view.getBigUint64(at, true);
    const size =
      elements > BigInt(bytes.length) ? Number.POSITIVE_INFINITY : storageBytes(Number(elements), reference.dtype);
    if (size > bytes.length - at - 8) {
      throw new FileFormatError(file, `storage ${reference.key} claims ${elements} elements, but the file ends`, at);
    }
    at += 8;
    found.set(reference.key, bytes.subarray(at, at + size));
    at += size;
  }
  return new Storages(file, (key) => found.get(key));
}

/** What a file that begins neither as a zip archive nor as a pickle may be. */
function tellApart(bytes: Uint8Array): string {
  const tar = bytes.length > 262 && new TextDecoder().decode(bytes.subarray(257, 262)) === "ustar";
  if (tar) return "a tar archive, as PyTorch before 0.1.10 wrote them. Load and save it with a later PyTorch";
  return "neither a zip archive nor a pickle, so torch.save did not write it";
}
