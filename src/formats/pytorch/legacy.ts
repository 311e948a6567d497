import { FileFormatError } from "../../core/errors.ts";
import { type ByteRange, type ByteSource, bytesFrom, viewOf } from "../byte-source.ts";
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
export function readLegacy(source: ByteSource, file: string): PytorchContent {
  const fail = (problem: string, at: number): never => {
    throw new FileFormatError(file, problem, at);
  };
  if (bytesFrom(source, 0, 1)[0] !== 0x80) return fail(tellApart(source), 0);
  const references = new Map<string, StorageReference>();
  const next = (start: number) =>
    readPickle(source, start, {
      file,
      base: 0,
      persistent: (id, at) => {
        const reference = storageOf(id, file, at);
        const known = references.get(reference.key);
        if (!known) references.set(reference.key, reference);
        return new PickledStorage(reference);
      },
      memory: pickleMemory(source.length),
    });
  const first = next(0);
  if (first.value !== magic) {
    return fail('a pickle, but not one of torch.save. In Python: torch.save(state_dict, "weights.pth")', 0);
  }
  const version = next(first.end);
  if (version.value !== protocol)
    return fail(
      `protocol ${typeof version.value === "number" ? version.value : "unknown"}, and only ${protocol} is known`,
      first.end,
    );
  const machine = next(version.end);
  if (machine.value instanceof Map && machine.value.get("little_endian") === false) {
    return fail("numbers with the highest byte first. Save it on another machine", version.end);
  }
  const object = next(machine.end);
  const keys = next(object.end);
  return {
    layout: "legacy",
    root: object.value,
    bytes: source.length,
    storages: storagesOf(keys.value, references, source, keys.end, file),
  };
}

function storagesOf(
  keys: PickledValue,
  references: ReadonlyMap<string, StorageReference>,
  source: ByteSource,
  start: number,
  file: string,
): Storages {
  const found = new Map<string, ByteRange>();
  let at = start;
  for (const key of Array.isArray(keys) ? keys : []) {
    const reference = typeof key === "string" || typeof key === "number" ? references.get(`${key}`) : undefined;
    if (!reference) throw new FileFormatError(file, "lists a storage that no tensor has", at);
    if (at + 8 > source.length) throw new FileFormatError(file, `storage ${reference.key} is cut off`, at);
    const elements = viewOf(bytesFrom(source, at, 8)).getBigUint64(0, true);
    const size =
      elements > BigInt(source.length) ? Number.POSITIVE_INFINITY : storageBytes(Number(elements), reference.dtype);
    if (size > source.length - at - 8) {
      throw new FileFormatError(file, `storage ${reference.key} claims ${elements} elements, but the file ends`, at);
    }
    found.set(reference.key, { start: at + 8, end: at + 8 + size });
    at += 8 + size;
  }
  return new Storages(source, file, (key) => found.get(key));
}

/** What a file that begins neither as a zip archive nor as a pickle may be. */
function tellApart(source: ByteSource): string {
  const tar = source.length > 262 && new TextDecoder().decode(source.bytes(257, 262)) === "ustar";
  if (tar) return "a tar archive, as PyTorch before 0.1.10 wrote them. Load and save it with a later PyTorch";
  return "neither a zip archive nor a pickle, so torch.save did not write it";
}
