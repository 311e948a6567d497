import type { StoredDtype } from "../stored-tensor.ts";

/** Numbers that tensors share: where they lie is known only when the whole file was read. */
export interface StorageReference {
  readonly key: string;
  /** Null: bytes, of which each tensor tells its own type. */
  readonly dtype: StoredDtype | null;
  readonly elements: number;
  /** Byte of the file or of its pickle that names it: for errors. */
  readonly at: number;
  /** A view of a part of another storage, as very old files have them: its first element there. */
  readonly start: number;
}

/** A tensor as the pickle describes it: a strided view of a storage. */
export class PickledTensor {
  readonly storage: StorageReference;
  readonly dtype: StoredDtype;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Byte of the pickle at which it is made: for errors. */
  readonly at: number;

  constructor(facts: Pick<PickledTensor, "storage" | "dtype" | "offset" | "shape" | "strides" | "at">) {
    this.storage = facts.storage;
    this.dtype = facts.dtype;
    this.offset = facts.offset;
    this.shape = facts.shape;
    this.strides = facts.strides;
    this.at = facts.at;
  }
}

/** Python's tuple. Lists are arrays, dicts are maps. */
export class PickledTuple {
  readonly items: readonly PickledValue[];

  constructor(items: readonly PickledValue[]) {
    this.items = items;
  }
}

/** A class or function that the pickle names and that is one of those in globals.ts. */
export class PickledGlobal {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export type PickledValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickledTuple
  | PickledTensor
  | PickledGlobal
  | PickledStorage
  | PickledValue[]
  | PickledDict
  | Set<PickledValue>;

export type PickledDict = Map<PickledValue, PickledValue>;

/** A storage where the pickle uses it. */
export class PickledStorage {
  readonly reference: StorageReference;

  constructor(reference: StorageReference) {
    this.reference = reference;
  }
}
