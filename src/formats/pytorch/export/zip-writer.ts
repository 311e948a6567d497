import { ArgumentError } from "../../../core/errors.ts";
import { joined } from "./pickle-writer.ts";

/** Bytes at whose multiples torch.save begins a storage. */
const alignment = 64;

/** A zip archive of stored files. @throws ArgumentError for 4 GiB and more. */
export function writeZip(files: readonly { readonly name: string; readonly data: Uint8Array }[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  const add = (part: Uint8Array) => {
    parts.push(part);
    at += part.length;
  };
  for (const { name, data } of files) {
    const encoded = new TextEncoder().encode(name);
    // An extra field of its own kind fills up.
    const gap = (alignment - ((at + 30 + encoded.length + 4) % alignment)) % alignment;
    const extra = new Uint8Array(4 + gap);
    new DataView(extra.buffer).setUint32(0, 0x4246 | (gap << 16), true);
    const common = commonFields(data, encoded.length);
    central.push(record(0x02014b50, [20, ...common, 0, 0, 0, 0], encoded, at));
    add(local(common, encoded, extra));
    add(data);
  }
  if (at >= 2 ** 32) throw new ArgumentError("weights of 4 GiB and more can't be written for PyTorch");
  const start = at;
  for (const each of central) add(each);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, at - start, true);
  end.setUint32(16, start, true);
  add(new Uint8Array(end.buffer));
  return joined(parts);
}

/** Version, flags (names are UTF-8), method, time, date; then checksum, two sizes and the name's length as 16-bit halves. */
function commonFields(data: Uint8Array, nameLength: number): number[] {
  const sum = crc32(data);
  const halves = [sum, data.length, data.length].flatMap((each) => [each & 0xffff, each >>> 16]);
  return [20, 0x800, 0, 0, 0x21, ...halves, nameLength];
}

function local(common: readonly number[], name: Uint8Array, extra: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(30));
  view.setUint32(0, 0x04034b50, true);
  for (const [at, each] of [...common, extra.length].entries()) view.setUint16(4 + 2 * at, each, true);
  return joined([new Uint8Array(view.buffer), name, extra]);
}

function record(signature: number, fields: readonly number[], name: Uint8Array, offset: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(46));
  view.setUint32(0, signature, true);
  for (const [at, each] of fields.entries()) view.setUint16(4 + 2 * at, each, true);
  view.setUint32(42, offset, true);
  return joined([new Uint8Array(view.buffer), name]);
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data: Uint8Array): number {
  let sum = 0xffffffff;
  for (let at = 0; at < data.length; at++) sum = table[(sum ^ data[at]!) & 255]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
