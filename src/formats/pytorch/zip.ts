import { FileFormatError } from "../../core/errors.ts";

/** One file of a zip archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  /** Bytes in the archive, and when unpacked. */
  readonly packed: number;
  readonly size: number;
  /** Byte of the archive at which its local header begins. */
  readonly header: number;
}

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
const endBytes = 22;
/** Of a file's local header, without its name. */
const localBytes = 30;

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);

/** The files of a zip archive, also of one with 64-bit sizes. @throws FileFormatError for a damaged one. */
export function zipEntries(bytes: Uint8Array, file: string): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (problem: string, at: number): never => {
    throw new FileFormatError(file, problem, at);
  };
  const end = findEnd(view);
  if (end < 0) return fail("the zip archive has no end: the file is cut off", bytes.length);
  let count = view.getUint16(end + 10, true);
  let start = view.getUint32(end + 16, true);
  const long = (at: number): number => {
    const value = Number(view.getBigUint64(at, true));
    return value <= bytes.length ? value : fail("the zip archive claims more bytes than the file has", at);
  };
  if (end >= 20 && view.getUint32(end - 20, true) === signatures.locator64) {
    const at = long(end - 12);
    if (at + 56 > bytes.length || view.getUint32(at, true) !== signatures.end64)
      fail("the zip archive's long end is missing", at);
    count = long(at + 32);
    start = long(at + 48);
  }
  const entries = new Map<string, ZipEntry>();
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== signatures.central) {
      fail(`entry ${index} of the zip archive's list is missing`, Math.min(at, bytes.length));
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > bytes.length) fail(`entry ${index} of the zip archive's list is cut off`, at);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const sizes = {
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      header: view.getUint32(at + 42, true),
    };
    widen(view, at + 46 + nameBytes, extraBytes, sizes, long);
    if (view.getUint16(at + 8, true) & 1) fail(`${name.slice(0, 80)} in the zip archive is encrypted`, at);
    if (entries.has(name)) fail(`the zip archive has two files ${JSON.stringify(name.slice(0, 80))}`, at);
    entries.set(name, { name, method: view.getUint16(at + 10, true), ...sizes });
    at = next;
  }
  let last: ZipEntry | null = null;
  for (const entry of [...entries.values()].sort((a, b) => a.header - b.header)) {
    // A small file could else stand for far more than it holds.
    if (last && entry.header < last.header + localBytes + last.packed) {
      fail(`${last.name.slice(0, 80)} and ${entry.name.slice(0, 80)} in the zip archive share bytes`, entry.header);
    }
    last = entry;
  }
  return entries;
}

/** Replaces sizes of 0xffffffff by those of the 64-bit field, which has them in this order. */
function widen(
  view: DataView,
  from: number,
  length: number,
  sizes: { size: number; packed: number; header: number },
  long: (at: number) => number,
): void {
  for (let at = from; at + 4 <= from + length; ) {
    const bytes = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let place = at + 4;
      for (const name of ["size", "packed", "header"] as const) {
        if (sizes[name] !== 0xffffffff || place + 8 > Math.min(at + 4 + bytes, from + length)) continue;
        sizes[name] = long(place);
        place += 8;
      }
    }
    at += 4 + bytes;
  }
}

function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - endBytes - 0xffff);
  for (let at = view.byteLength - endBytes; at >= lowest; at--) {
    if (view.getUint32(at, true) === signatures.end) return at;
  }
  return -1;
}

/** Where the bytes of a stored file lie. @throws FileFormatError where they are not all there, or compressed. */
export function storedBytes(
  bytes: Uint8Array,
  { name, method, packed, size, header }: ZipEntry,
  file: string,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (header + localBytes > bytes.length || view.getUint32(header, true) !== signatures.local) {
    throw new FileFormatError(
      file,
      `${name.slice(0, 80)} is not where the zip archive's list says`,
      Math.min(header, bytes.length),
    );
  }
  if (method !== 0) {
    throw new FileFormatError(
      file,
      `${name.slice(0, 80)} is compressed, which PyTorch's files never are: zip it again without compression, or save it with torch.save`,
      header,
    );
  }
  const start = header + localBytes + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (packed !== size || start + size > bytes.length) {
    throw new FileFormatError(file, `${name.slice(0, 80)} needs ${size} bytes, but the file ends`, start);
  }
  return bytes.subarray(start, start + size);
}
