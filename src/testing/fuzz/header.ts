import { joined } from "./bytes.ts";
import { type Random, whole } from "./random.ts";

const text = (value: string) => new TextEncoder().encode(value);
const pieces = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ",",
  ":",
  "null",
  "true",
  "-1",
  "1e999",
  "0.5",
  "NaN",
  "\\",
  "\u0000",
  "é",
  "'",
  "(",
  ")",
  " ",
];
const dtypes = [
  "F32",
  "F64",
  "BF16",
  "F8_E4M3",
  "I64",
  "BOOL",
  "constructor",
  "__proto__",
  "<f4",
  ">i8",
  "|O",
  "<U5",
  "|S9",
  "<c8",
  "V4",
];

/** A header of text with other numbers, types, names and brackets. */
function changeText(header: string, random: Random): string {
  let result = header;
  const count = 1 + (random.chance(0.5) ? 0 : random.below(4));
  for (let change = 0; change < count; change++) {
    const kind = random.below(8);
    const at = random.below(result.length + 1);
    const swap = (pattern: RegExp, by: string) => {
      const found = [...result.matchAll(pattern)];
      if (found.length === 0) return;
      const { index, 0: old } = random.pick(found);
      result = result.slice(0, index) + by + result.slice(index + old.length);
    };
    if (kind < 3) swap(/-?\d+/g, String(random.pick(whole)));
    else if (kind === 3) swap(/[FIUB]\w*\d+|[<>|]\w\d/g, random.pick(dtypes));
    else if (kind === 4)
      swap(/"[^"]*"|'[^']*'/g, random.pick(['"__metadata__"', '"__proto__"', '"a"', "'shape'", '""']));
    else if (kind === 5) result = result.slice(0, at) + random.pick(pieces) + result.slice(at);
    else if (kind === 6)
      result = result.slice(0, at) + random.pick(pieces).repeat(random.pick([10, 1000, 40_000])) + result.slice(at);
    else
      result =
        result.slice(0, at) + result.slice(at, at + random.below(60)).repeat(1 + random.below(20)) + result.slice(at);
  }
  return result;
}

const bytesOf = (length: number, size: 2 | 4 | 8): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(length), true);
  return new Uint8Array(view.buffer, 0, size);
};

export function changeSafetensors(bytes: Uint8Array, random: Random): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = text(changeText(new TextDecoder().decode(bytes.subarray(8, 8 + length)), random));
  return joined(bytesOf(header.length, 8), header, bytes.subarray(8 + length));
}

export function changeNpy(bytes: Uint8Array, random: Random): Uint8Array {
  const start = bytes[6] === 1 ? 10 : 12;
  const size = start === 10 ? 2 : 4;
  const length = bytes[8]! + 256 * bytes[9]!;
  const header = text(changeText(new TextDecoder("latin1").decode(bytes.subarray(start, start + length)), random));
  return joined(bytes.subarray(0, 8), bytesOf(header.length, size), header, bytes.subarray(start + length));
}

/** An idx file whose type, axes or sizes are others. */
export function changeIdx(bytes: Uint8Array, random: Random): Uint8Array {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  const count = 1 + random.below(3);
  for (let change = 0; change < count; change++) {
    if (random.chance(0.3)) result[random.below(4)] = random.pick([0, 1, 2, 3, 4, 5, 8, 9, 11, 14, 255]);
    else if (result.length >= 16)
      view.setUint32(4 + 4 * random.below(result[3] === 3 ? 3 : 1), Number(BigInt.asUintN(32, random.pick(whole))));
  }
  return result;
}
