import { ArgumentError, FileFormatError } from "../core/errors.ts";
import { bytesPerElement, type SafetensorsDtype, type SafetensorsTensor } from "./safetensors-dtype.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const types: Readonly<Record<string, SafetensorsDtype>> = {
  f8: "F64",
  f4: "F32",
  f2: "F16",
  i8: "I64",
  i4: "I32",
  i2: "I16",
  i1: "I8",
  u8: "U64",
  u4: "U32",
  u2: "U16",
  u1: "U8",
  b1: "BOOL",
};

const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, at) => bytes[at] === byte);

/**
 * Reads a `.npy` file from its bytes (versions 1 to 3, either byte order, either order of axes); `data` is a view of `bytes`
 * where nothing has to be moved.
 * @throws FileFormatError for a damaged file, or elements that are no plain numbers.
 * @example
 * import { parseNpy, serializeNpy, safetensorsFromFloat32 } from "convsmith/formats";
 * const bytes = serializeNpy(safetensorsFromFloat32([1, 2, 3, 4], [2, 2]));
 * console.log(parseNpy(bytes, "x.npy").shape); // [2, 2]
 */
export function parseNpy(bytes: Uint8Array, file: string): SafetensorsTensor {
  const fail = (problem: string, at: number): never => {
    throw new FileFormatError(file, problem, at);
  };
  if (!isNpy(bytes)) fail("does not begin as a .npy file", 0);
  if (bytes.length < 12) fail("the file is cut off", bytes.length);
  const version = bytes[6]!;
  if (version < 1 || version > 3) fail(`version ${version} of the format is not known`, 6);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) fail(`the header claims ${length} bytes, but the file ends at ${bytes.length}`, 8);
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const descr = /'descr':\s*'([<>|=]?)([a-zA-Z]\w*)'/.exec(header);
  if (!descr) return fail("elements of a type that is no plain number", start);
  const dtype =
    (Object.hasOwn(types, descr[2]!) ? types[descr[2]!] : undefined) ??
    fail(`elements of type ${descr[2]!.slice(0, 20)}, which are no plain numbers`, start);
  const order =
    /'fortran_order':\s*(True|False)/.exec(header) ?? fail("the header does not tell the order of axes", start);
  const tuple = /'shape':\s*\(([\d\s,]*)\)/.exec(header) ?? fail("the header has no shape", start);
  const shape = tuple[1]!
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")
    .map(Number);
  if (shape.length > 64) fail("more than 64 axes", start);
  if (shape.some(Number.isNaN)) fail("the header's shape has a size that is no number", start);
  const size = bytesPerElement[dtype];
  const total = shape.reduce((product, each) => product * each, size);
  const from = start + length;
  if (!Number.isSafeInteger(total) || from + total !== bytes.length) {
    fail(
      `shape [${shape.join(", ")}] of ${dtype} needs ${total} bytes, but ${bytes.length - from} follow the header`,
      from,
    );
  }
  let data = bytes.subarray(from);
  if (descr[1] === ">" && size > 1) data = swapped(data, size);
  if (order[1] === "True" && shape.length > 1) data = rowMajor(data, size, shape);
  return { dtype, shape, data, origin: { file, offset: from } };
}

/** The bytes of a `.npy` file. @throws ArgumentError for bfloat16, which NumPy does not have. */
export function serializeNpy({ dtype, shape, data }: SafetensorsTensor): Uint8Array {
  const code = Object.keys(types).find((each) => types[each] === dtype);
  if (!code) throw new ArgumentError(`npy: NumPy has no numbers of type ${dtype}`);
  const descr = `${bytesPerElement[dtype] === 1 ? "|" : "<"}${code}`;
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const padded = `${text.padEnd(Math.ceil((10 + text.length + 1) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + padded.length + data.length);
  bytes.set([...magic, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, padded.length, true);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(data, 10 + padded.length);
  return bytes;
}

function swapped(data: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) result[at] = data[at - (at % size) + size - 1 - (at % size)]!;
  return result;
}

/** Elements whose first axis lies closest are moved so that the last one does. */
function rowMajor(data: Uint8Array, size: number, shape: readonly number[]): Uint8Array {
  const result = new Uint8Array(data.length);
  const strides: number[] = [];
  shape.reduce((product, each) => {
    strides.push(product);
    return product * each;
  }, 1);
  const index = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < result.length; at += size) {
    const place = size * index.reduce((sum, each, axis) => sum + each * strides[axis]!, 0);
    for (let byte = 0; byte < size; byte++) result[at + byte] = data[place + byte]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return result;
}
