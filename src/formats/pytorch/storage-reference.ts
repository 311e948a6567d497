import { FileFormatError } from "../../core/errors.ts";
import { storageType } from "./globals.ts";
import type { Storages } from "./storages.ts";
import { PickledTuple, type PickledValue, type StorageReference } from "./values.ts";

/** What a file that torch.save wrote holds. */
export interface PytorchContent {
  /** How the file is laid out: "zip" since PyTorch 1.6, "legacy" before. */
  readonly layout: "zip" | "legacy";
  readonly root: PickledValue;
  /** Of the whole file. */
  readonly bytes: number;
  readonly storages: Storages;
}

/** Estimated bytes that the values beside tensors may take. */
export const pickleMemory = (bytes: number): number => 48 * 2 ** 20 + 2 * bytes;

/** ("storage", its class, its key, the device, how many elements), and in old files a view of another storage. */
export function storageOf(id: PickledValue, file: string, at: number): StorageReference {
  const fail = (problem: string): never => {
    throw new FileFormatError(file, problem, at);
  };
  const [kind, type, key, , elements, view] = id instanceof PickledTuple ? id.items : [];
  if (kind !== "storage" || (typeof key !== "string" && typeof key !== "number"))
    return fail("a reference to no storage");
  if (typeof elements !== "number" || !Number.isSafeInteger(elements) || elements < 0) {
    return fail("a storage whose number of elements is not a whole number from 0");
  }
  const dtype = storageType(type, fail);
  const start = view instanceof PickledTuple ? view.items[1] : 0;
  if (typeof start !== "number" || !Number.isSafeInteger(start) || start < 0)
    return fail("a view of a storage from no place");
  return { key: String(key), dtype, elements, at, start };
}
