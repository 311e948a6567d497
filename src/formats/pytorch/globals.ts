import { bytesOf, type StoredDtype } from "../stored-tensor.ts";
import {
  type PickledDict,
  PickledGlobal,
  PickledStorage,
  PickledTensor,
  PickledTuple,
  type PickledValue,
} from "./values.ts";

type Fail = (problem: string) => never;
type Make = (values: readonly PickledValue[], at: number, fail: Fail) => PickledValue;

/** Element types by the names of PyTorch's storage classes and of its dtypes. */
const storageTypes: Readonly<Record<string, StoredDtype>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
  ComplexFloatStorage: "C64",
  ComplexDoubleStorage: "C128",
};
const dtypes: Readonly<Record<string, StoredDtype>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint64: "U64",
  uint32: "U32",
  uint16: "U16",
  uint8: "U8",
  bool: "BOOL",
  complex64: "C64",
  complex128: "C128",
};

/** The element type that a storage's class stands for; null for plain bytes. */
export function storageType(value: PickledValue | undefined, fail: Fail): StoredDtype | null {
  const name = value instanceof PickledGlobal ? value.name : "";
  if (name === "torch.UntypedStorage" || name === "torch.storage.UntypedStorage") return null;
  const found = name.startsWith("torch.") ? storageTypes[name.slice("torch.".length)] : undefined;
  return found ?? fail(`storage of ${name || "what is no class"} can't be read`);
}

const dict: Make = ([items = []], _at, fail) => {
  const made: PickledDict = new Map();
  if (items instanceof Map) for (const [key, value] of items) made.set(key, value);
  else if (Array.isArray(items))
    for (const pair of items) {
      const entry = pair instanceof PickledTuple ? pair.items : Array.isArray(pair) ? pair : [];
      if (entry.length !== 2) fail("a dict is made of what are no pairs");
      made.set(entry[0]!, entry[1]!);
    }
  return made;
};
const listed = (value: PickledValue | undefined): readonly PickledValue[] =>
  value instanceof PickledTuple ? value.items : Array.isArray(value) ? value : [];

/** All that is called. Every other global is refused. */
const makers: Readonly<Record<string, Make>> = {
  "collections.OrderedDict": dict,
  "collections.Counter": dict,
  "collections.defaultdict": (values, at, fail) => dict(values.slice(1), at, fail),
  "builtins.dict": dict,
  "builtins.list": ([items]) => [...listed(items)],
  "builtins.tuple": ([items]) => new PickledTuple(listed(items)),
  "builtins.set": ([items]) => new Set(listed(items)),
  "builtins.frozenset": ([items]) => new Set(listed(items)),
  "builtins.bytearray": (values, at, fail) => encoded(values, at, fail),
  "_codecs.encode": (values, at, fail) => encoded(values, at, fail),
  "torch.Size": ([items]) => new PickledTuple(listed(items)),
  "torch.device": (values, _at, fail) => values.map((each) => shortText(each, fail)).join(":"),
  "torch._utils._rebuild_tensor": tensor,
  "torch._utils._rebuild_tensor_v2": tensor,
  "torch._utils._rebuild_tensor_v3": (values, at, fail) => {
    const dtype = values[6] instanceof PickledGlobal ? dtypes[values[6].name.slice("torch.".length)] : undefined;
    return viewOf(values, dtype ?? fail("a tensor of an unknown type"), at, fail);
  },
  "torch._utils._rebuild_parameter": ([data], _at, fail) =>
    data instanceof PickledTensor ? data : fail("a parameter that is no tensor"),
  "torch._utils._rebuild_parameter_with_state": ([data], _at, fail) =>
    data instanceof PickledTensor ? data : fail("a parameter that is no tensor"),
  "numpy.dtype": ([name], _at, fail) => `numpy.dtype ${shortText(name, fail)}`,
  "numpy.core.multiarray.scalar": numpyScalar,
  "numpy._core.multiarray.scalar": numpyScalar,
};

/** Named only, never called: types that say what a storage or a number is. */
const named = new Set([
  ...Object.keys(storageTypes).map((name) => `torch.${name}`),
  ...Object.keys(dtypes).map((name) => `torch.${name}`),
  "torch.UntypedStorage",
  "torch.storage.UntypedStorage",
  "builtins.int",
  "builtins.float",
  "builtins.str",
  "builtins.bool",
]);

/** @throws through `fail` for a global that is not listed: no code of a file runs, so its objects can't be made. */
export function findGlobal(module: string, name: string, fail: Fail): PickledGlobal {
  const full = `${module === "__builtin__" ? "builtins" : module}.${name}`;
  if (Object.hasOwn(makers, full) || named.has(full)) return new PickledGlobal(full);
  const shown = full.length > 100 ? `${full.slice(0, 100)}…` : full;
  if (module.startsWith("__torch__")) {
    return fail(
      `holds a TorchScript program (${shown}), not weights alone. In Python: torch.save(torch.jit.load(FILE).state_dict(), "weights.pth")`,
    );
  }
  return fail(
    `holds an object of ${shown}, and only tensors, dicts and plain values are read: no code runs. In Python, where its class is known: torch.save(torch.load(FILE).state_dict(), "weights.pth") for a whole module, or leave the object out of the checkpoint`,
  );
}

export function callGlobal(name: string, values: readonly PickledValue[], at: number, fail: Fail): PickledValue {
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  return make ? make(values, at, fail) : fail(`${name} can't be called`);
}

/** A name, or part of one. */
export function shortText(value: PickledValue | undefined, fail: Fail): string {
  if (typeof value === "number" || typeof value === "bigint" || (typeof value === "string" && value.length <= 200))
    return `${value}`;
  return fail("a name that is no short text");
}

/** Bytes that protocol 2 writes as text of the same codes. */
function encoded([text = ""]: readonly PickledValue[], _at: number, fail: Fail): Uint8Array {
  if (text instanceof Uint8Array) return text;
  if (typeof text !== "string") return fail("bytes of what is no text");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function tensor(values: readonly PickledValue[], at: number, fail: Fail): PickledTensor {
  const [storage] = values;
  const dtype = storage instanceof PickledStorage ? storage.reference.dtype : null;
  return viewOf(values, dtype ?? fail("a tensor of plain bytes without a type"), at, fail);
}

function viewOf(
  [storage, offset, shape, strides]: readonly PickledValue[],
  dtype: StoredDtype,
  at: number,
  fail: Fail,
): PickledTensor {
  if (!(storage instanceof PickledStorage)) return fail("a tensor without a storage");
  const sizes = listed(shape);
  const steps = listed(strides);
  const whole = (value: PickledValue | undefined): value is number =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  if (!whole(offset) || !sizes.every(whole) || !steps.every(whole) || sizes.length !== steps.length) {
    return fail("a tensor whose offset, size and strides are not whole numbers from 0");
  }
  return new PickledTensor({
    storage: storage.reference,
    dtype,
    offset,
    shape: sizes as number[],
    strides: steps as number[],
    at,
  });
}

/** One number of numpy, as epochs and scores often are. */
function numpyScalar([dtype, data]: readonly PickledValue[], _at: number, fail: Fail): PickledValue {
  const code = typeof dtype === "string" ? dtype.replace("numpy.dtype ", "") : "";
  const bytes = data instanceof Uint8Array ? data : new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read: Readonly<Record<string, () => number | bigint | boolean>> = {
    f8: () => view.getFloat64(0, true),
    f4: () => view.getFloat32(0, true),
    i8: () => view.getBigInt64(0, true),
    i4: () => view.getInt32(0, true),
    i2: () => view.getInt16(0, true),
    i1: () => view.getInt8(0),
    u8: () => view.getBigUint64(0, true),
    u4: () => view.getUint32(0, true),
    u2: () => view.getUint16(0, true),
    u1: () => view.getUint8(0),
    b1: () => view.getUint8(0) !== 0,
  };
  const take = Object.hasOwn(read, code) ? read[code] : undefined;
  if (!take || bytes.length !== Number(code.slice(1)))
    return fail(`a numpy number of type ${code.slice(0, 20) || "unknown"}`);
  const value = take();
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Bytes of `elements` numbers of a storage. */
export const storageBytes = (elements: number, dtype: StoredDtype | null): number =>
  elements * (dtype ? bytesOf[dtype] : 1);
