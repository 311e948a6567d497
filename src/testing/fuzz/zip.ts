import { sourceOf } from "../../formats/byte-source.ts";
import { zipEntries } from "../../formats/pytorch/zip.ts";
import { joined } from "./bytes.ts";
import { type Random, whole } from "./random.ts";

export interface ZipFile {
  readonly name: string;
  readonly data: Uint8Array;
  /** 0 where it is stored as it is, which is usual. */
  readonly method?: number;
}

const numbers = (...fields: readonly (readonly [bytes: 2 | 4, value: number])[]): Uint8Array => {
  const result = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 2) result.setUint16(at, value, true);
    else result.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(result.buffer);
};

/** A zip archive; `sizes`: what the headers say of a file's size, where they lie. */
export function zip(files: readonly ZipFile[], sizes: ReadonlyMap<string, number> = new Map()): Uint8Array {
  const locals: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let at = 0;
  for (const { name, data, method = 0 } of files) {
    const text = new TextEncoder().encode(name);
    const facts = [
      [2, 0],
      [2, method],
      [4, 0],
      [4, 0],
      [4, data.length],
      [4, sizes.get(name) ?? data.length],
      [2, text.length],
      [2, 0],
    ] as const;
    const local = joined(numbers([4, 0x04034b50], [2, 0], ...facts), text, data);
    list.push(numbers([4, 0x02014b50], [2, 0], [2, 0], ...facts, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), text);
    locals.push(local);
    at += local.length;
  }
  const central = joined(...list);
  const end = numbers(
    [4, 0x06054b50],
    [4, 0],
    [2, files.length],
    [2, files.length],
    [4, central.length],
    [4, at],
    [2, 0],
  );
  return joined(...locals, central, end);
}

/** The files of a valid archive of stored files. */
export function unzip(bytes: Uint8Array): ZipFile[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [...zipEntries(sourceOf(bytes), "corpus").values()].map(({ name, header, size }) => {
    const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    return { name, data: bytes.subarray(start, start + size) };
  });
}

const marks = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50];

/** Writes wrong numbers into the headers of an archive. */
export function changeHeaders(bytes: Uint8Array, random: Random): Uint8Array {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  const headers: number[] = [];
  for (let at = 0; at + 22 <= result.length; at++) if (marks.includes(view.getUint32(at, true))) headers.push(at);
  const count = 1 + random.below(4);
  for (let change = 0; change < count && headers.length > 0; change++) {
    const at = random.pick(headers) + 4 + 2 * random.below(22);
    const value = BigInt.asUintN(64, random.pick([...whole, BigInt(random.pick(headers)), BigInt(bytes.length)]));
    const size = random.pick([2, 4, 8]);
    if (at + size > result.length) continue;
    if (size === 2) view.setUint16(at, Number(value & 0xffffn), true);
    else if (size === 4) view.setUint32(at, Number(value & 0xffffffffn), true);
    else view.setBigUint64(at, value, true);
  }
  return result;
}
