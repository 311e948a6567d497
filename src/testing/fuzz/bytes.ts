import type { Random } from "./random.ts";
import { whole } from "./random.ts";

/** One change of bytes that knows nothing of what they mean. */
export type ByteChange = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
};

const interesting = [0, 1, 0x7f, 0x80, 0xff, 0xfe, 0x0a, 0x20, 0x28, 0x2e, 0x5d, 0x7b, 0x7d];

const flipBit: ByteChange = (bytes, random) => {
  const at = random.below(bytes.length);
  bytes[at]! ^= 1 << random.below(8);
  return bytes;
};
const setByte: ByteChange = (bytes, random) => {
  bytes[random.below(bytes.length)] = random.chance(0.5) ? random.pick(interesting) : random.below(256);
  return bytes;
};
/** A number of 1 to 8 bytes, lowest first or last. */
const setNumber: ByteChange = (bytes, random) => {
  const size = random.pick([1, 2, 4, 8]);
  const at = random.below(Math.max(bytes.length - size, 1));
  const value = BigInt.asUintN(64, random.pick(whole));
  const lowest = random.chance(0.7);
  for (let byte = 0; byte < size && at + byte < bytes.length; byte++) {
    bytes[at + (lowest ? byte : size - 1 - byte)] = Number((value >> BigInt(8 * byte)) & 255n);
  }
  return bytes;
};
const truncate: ByteChange = (bytes, random) => bytes.slice(0, random.below(bytes.length));
const cut: ByteChange = (bytes, random) => {
  const at = random.below(bytes.length);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(16)));
};
const splice: ByteChange = (bytes, random, other) =>
  joined(bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length)));
const paste: ByteChange = (bytes, random, other) => {
  const at = random.below(bytes.length);
  const from = random.below(other.length);
  return joined(bytes.subarray(0, at), other.subarray(from, from + 1 + random.below(64)), bytes.subarray(at));
};
const repeat: ByteChange = (bytes, random) => {
  const at = random.below(bytes.length);
  const chunk = bytes.subarray(at, at + 1 + random.below(random.chance(0.2) ? 256 : 24));
  const times = random.chance(0.1) ? random.pick([100, 1000, 5000]) : 1 + random.below(8);
  const parts = new Array<Uint8Array>(Math.min(times, Math.ceil(2 ** 17 / chunk.length))).fill(chunk);
  return joined(bytes.subarray(0, at), ...parts, bytes.subarray(at));
};

const changes = [flipBit, flipBit, setByte, setByte, setNumber, setNumber, truncate, cut, splice, paste, repeat];

/** One to eight changes, most often one or two. */
export function changeBytes(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let current: Uint8Array = bytes.slice();
  const count = 1 + (random.chance(0.5) ? 0 : random.below(8));
  for (let change = 0; change < count && current.length > 0; change++) {
    current = random.pick(changes)(current, random, other.length > 0 ? other : bytes);
  }
  return current;
}
