import { joined } from "./bytes.ts";
import { type Random, whole } from "./random.ts";

/** A field of a protobuf message as it is written: a tag, and a number, bytes, or fields inside. */
interface Field {
  number: number;
  wire: number;
  value: bigint;
  bytes: Uint8Array;
  fields: Field[] | null;
}

export function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** Null where the bytes are no message: they are then text or numbers. */
function parse(bytes: Uint8Array, depth: number): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  const number = (): bigint | null => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) return null;
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return null;
  };
  while (at < bytes.length) {
    const tag = number();
    if (tag === null || tag < 8n || tag > 2n ** 20n) return null;
    const field: Field = {
      number: Number(tag >> 3n),
      wire: Number(tag & 7n),
      value: 0n,
      bytes: new Uint8Array(),
      fields: null,
    };
    if (field.wire === 0 || field.wire === 2) {
      const value = number();
      if (value === null) return null;
      field.value = value;
    }
    const size = field.wire === 2 ? Number(field.value) : field.wire === 1 ? 8 : field.wire === 5 ? 4 : 0;
    if (![0, 1, 2, 5].includes(field.wire) || size > bytes.length - at) return null;
    field.bytes = bytes.subarray(at, at + size);
    at += size;
    if (field.wire === 2 && size > 1 && depth < 12) field.fields = parse(field.bytes, depth + 1);
    fields.push(field);
  }
  return fields;
}

function write(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(({ number, wire, value, bytes, fields: inner }) => {
    const tag = varint(BigInt(number * 8 + wire));
    if (wire === 0) return [tag, varint(value)];
    if (wire !== 2) return [tag, bytes];
    const body = inner ? write(inner) : bytes;
    return [tag, varint(BigInt(body.length)), body];
  });
  return joined(...parts);
}

/** Changes fields, so that all lengths still fit: what the bytes mean is then wrong, not how they are written. */
export function changeWire(bytes: Uint8Array, random: Random): Uint8Array | null {
  const root = parse(bytes, 0);
  if (!root || root.length === 0) return null;
  const all: { field: Field; list: Field[] }[] = [];
  const visit = (list: Field[]) => {
    for (const field of list) {
      all.push({ field, list });
      if (field.fields) visit(field.fields);
    }
  };
  visit(root);
  const count = 1 + (random.chance(0.5) ? 0 : random.below(6));
  for (let change = 0; change < count; change++) {
    const { field, list } = random.pick(all);
    const donor = random.pick(all).field;
    const at = Math.max(list.indexOf(field), 0);
    const kind = random.below(10);
    if (kind === 0) list.splice(at, 1);
    else if (kind === 1) list.splice(at, 0, donor);
    else if (kind === 2) list.push(...new Array<Field>(random.pick([1, 2, 10, 300])).fill(field));
    else if (kind === 3) field.number = random.pick([1, 2, 5, 7, 8, 9, 13, 14, 99, 2 ** 17]);
    else if (kind === 4) Object.assign(field, { wire: donor.wire, value: donor.value, bytes: donor.bytes });
    else if (kind === 5 && field.wire === 2) field.fields = [donor];
    else if (field.wire === 0) field.value = random.pick(whole);
    else if (field.wire === 2) {
      const size = random.chance(0.5) ? field.bytes.length : random.below(40);
      field.bytes = Uint8Array.from({ length: size }, (_, index) =>
        random.chance(0.7) ? (field.bytes[index] ?? 0) : random.below(256),
      );
      field.fields = random.chance(0.8) ? null : field.fields;
    } else field.bytes = field.bytes.map(() => random.pick([0, 255, 127, 128]));
  }
  try {
    const result = write(root);
    return result.length < 2 ** 19 ? result : null;
  } catch {
    return null; // Fields that hold each other have no end.
  }
}
