import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { FileFormatError } from "../../core/errors.ts";

/** Graphs in attributes of nodes of graphs …: more levels are hostile. */
const deepest = 32;
/** Estimated bytes in memory of a message, of a text or bytes beside its length, and of a number of a list. */
const cost = { message: 400, text: 64, number: 40 } as const;

/** Estimated bytes that a decoded file may take: a few bytes of a file can stand for a large object. */
const memoryFor = (bytes: number): number => 48 * 2 ** 20 + 3 * bytes;

/** Bytes of a file that may not be there yet. */
export interface WireBytes {
  readonly bytes: Uint8Array;
  /** Makes those from `start` up to `end` be there. */
  need(start: number, end: number): void;
}

/** From so many bytes on, the numbers of a stored tensor are left where they are. */
const largeTensor = 4096;

/**
 * Walks a protobuf message without decoding it, so that decoding it is safe: every length must fit, nesting must end, and what
 * it becomes in memory must be in proportion to the file. What decoding looks at is there then: all but the numbers of
 * large stored tensors.
 * @throws FileFormatError that names the file and the byte.
 */
export function checkWire(input: WireBytes, schema: DescMessage, file: string): void {
  const { bytes } = input;
  let spent = 0;
  let at = 0;
  const fail = (problem: string, where: number): never => {
    throw new FileFormatError(file, problem, where);
  };
  const spend = (amount: number, where: number) => {
    spent += amount;
    if (spent > memoryFor(bytes.length)) fail("the file describes far more than it holds", where);
  };
  const varint = (end: number): number => {
    const start = at;
    let value = 0;
    input.need(at, Math.min(at + 10, end));
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) fail("a number is cut off", start);
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return fail("a number of more than ten bytes", start);
  };
  const skip = (count: number, end: number, where: number) => {
    if (count > end - at) fail(`${count} bytes are needed, but ${end - at} follow`, where);
    input.need(at, at + count);
    at += count;
  };
  const message = (type: DescMessage | null, end: number, depth: number, stored = false): void => {
    if (depth > deepest) fail(`messages inside of messages, more than ${deepest} deep`, at);
    while (at < end) {
      const where = at;
      const tag = varint(end);
      const field = type?.fields.find(({ number }) => number === Math.floor(tag / 8));
      const wire = tag % 8;
      if (tag < 8) fail("a field without a number", where);
      if (field && !wiresOf(field).includes(wire)) fail(`field ${field.number} has wire type ${wire}`, where);
      if (wire === 0) {
        varint(end);
        spend(cost.number, where);
      } else if (wire === 1 || wire === 5) {
        skip(wire === 1 ? 8 : 4, end, where);
        spend(cost.number, where);
      } else if (wire === 2) {
        const length = varint(end);
        if (length > end - at) fail(`${length} bytes are needed, but ${end - at} follow`, where);
        const stop = at + length;
        const inner = field?.message ?? null;
        if (inner) {
          spend(cost.message, where);
          message(inner, stop, depth + 1, depth === 1 && field?.name === "initializer");
        } else if (field?.fieldKind === "list" && field.listKind === "scalar") {
          const text = field.scalar === 9 || field.scalar === 12;
          spend(text ? cost.text + 2 * length : packed(length, field.scalar), where);
        } else spend(cost.text + (field?.scalar === 9 ? 2 * length : 0), where);
        if (!inner && !(stored && field?.name === "raw_data" && length >= largeTensor)) input.need(at, stop);
        at = stop;
      } else fail(`a field of wire type ${wire}, which ONNX does not use`, where);
    }
  };
  message(schema, bytes.length, 0);
}

/** How a field may be written: the decoder takes it so whatever the file says. Lists of numbers are packed or not. */
function wiresOf({ message, scalar, fieldKind }: DescField): readonly number[] {
  if (message) return [2];
  const own = scalar === 9 || scalar === 12 ? 2 : scalar === 2 ? 5 : scalar === 1 ? 1 : 0;
  return fieldKind === "list" && own !== 2 ? [own, 2] : [own];
}

/** Floats and doubles have a size of their own; whole numbers may take a byte each. */
function packed(length: number, scalar: number): number {
  if (scalar === 1) return length * 2;
  return scalar === 2 ? length * 4 : length * cost.number;
}
