import { FileFormatError } from "../../core/errors.ts";
import { type ByteRange, type ByteSource, bytesFrom, viewOf } from "../byte-source.ts";

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
const locatorBytes = 20;

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);

/** The files of a zip archive, also of one with 64-bit sizes. @throws FileFormatError for a damaged one. */
export function zipEntries(source: ByteSource, file: string): Map<string, ZipEntry> {
  const fail = (problem: string, at: number): never => {
    throw new FileFormatError(file, problem, at);
  };
  const { start, count } = findList(source, fail);
  // The list lies at the end of the archive.
  const from = Math.min(start, source.length);
  const bytes = source.bytes(from, source.length);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== signatures.central) {
      fail(`entry ${index} of the zip archive's list is missing`, Math.min(from + at, source.length));
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) => view.getUint16(at + place, true)) as [
      number,
      number,
      number,
    ];
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > bytes.length) fail(`entry ${index} of the zip archive's list is cut off`, from + at);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const sizes = {
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      header: view.getUint32(at + 42, true),
    };
    widen(view, at + 46 + nameBytes, extraBytes, sizes, (place) => long(view, place, from, source.length, fail));
    if (view.getUint16(at + 8, true) & 1) fail(`${name.slice(0, 80)} in the zip archive is encrypted`, from + at);
    if (entries.has(name)) fail(`the zip archive has two files ${JSON.stringify(name.slice(0, 80))}`, from + at);
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

type Fail = (problem: string, at: number) => never;

/** Where the list of the archive's files begins, and how many it names. */
function findList(source: ByteSource, fail: Fail): { start: number; count: number } {
  // A comment of up to 65,535 bytes follows the end; the long end's place stands before it.
  const from = Math.max(0, source.length - endBytes - 0xffff - locatorBytes);
  const view = viewOf(source.bytes(from, source.length));
  const end = findEnd(view);
  if (end < 0) return fail("the zip archive has no end: the file is cut off", source.length);
  const locator = end - locatorBytes;
  if (locator < 0 || view.getUint32(locator, true) !== signatures.locator64) {
    return { start: view.getUint32(end + 16, true), count: view.getUint16(end + 10, true) };
  }
  const at = long(view, end - 12, from, source.length, fail);
  const long64 = viewOf(bytesFrom(source, at, 56));
  if (long64.byteLength < 56 || long64.getUint32(0, true) !== signatures.end64)
    return fail("the zip archive's long end is missing", at);
  const count = long(long64, 32, at, source.length, fail);
  return { start: long(long64, 48, at, source.length, fail), count };
}

/** A number of eight bytes, which counts or places bytes of the file; `from`: where the view begins in it. */
function long(view: DataView, at: number, from: number, fileBytes: number, fail: Fail): number {
  const value = Number(view.getBigUint64(at, true));
  return value <= fileBytes ? value : fail("the zip archive claims more bytes than the file has", from + at);
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
export function storedRange(
  source: ByteSource,
  { name, method, packed, size, header }: ZipEntry,
  file: string,
): ByteRange {
  const fail = (problem: string, at: number): never => {
    throw new FileFormatError(file, `${name.slice(0, 80)} ${problem}`, at);
  };
  const view = viewOf(bytesFrom(source, header, localBytes));
  if (view.byteLength < localBytes || view.getUint32(0, true) !== signatures.local)
    return fail("is not where the zip archive's list says", Math.min(header, source.length));
  if (method !== 0) {
    return fail(
      "is compressed, which PyTorch's files never are: zip it again without compression, or save it with torch.save",
      header,
    );
  }
  const start = header + localBytes + view.getUint16(26, true) + view.getUint16(28, true);
  if (packed !== size || start + size > source.length) return fail(`needs ${size} bytes, but the file ends`, start);
  return { start, end: start + size };
}
