import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, FileFormatError } from "../core/errors.ts";
import { parseSafetensors, serializeSafetensors } from "./safetensors.ts";
import {
  type SafetensorsTensor,
  safetensorsFromFloat32,
  safetensorsFromInt32,
  toFloat32,
} from "./safetensors-dtype.ts";
import { tensorReadBy } from "./stored-tensor.ts";

function file(header: string, data = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function entry(shape: string, begin: number, end: number, dtype = "F32"): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
}

function failure(bytes: Uint8Array): FileFormatError {
  try {
    parseSafetensors(bytes, "bad.safetensors");
  } catch (error) {
    if (error instanceof FileFormatError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}

const sample = new Map<string, SafetensorsTensor>([
  ["head.0.weight", safetensorsFromFloat32([1, -2.5, 3, Infinity, 5, 6], [2, 3])],
  ["mask", { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ["__proto__", safetensorsFromInt32([7], [])],
  ["0", { dtype: "F64", shape: [1], data: new Uint8Array(Float64Array.of(0.1).buffer) }],
  ["empty", safetensorsFromFloat32([], [0, 5])],
]);

describe("round trip", () => {
  test("keeps tensors, their order and the metadata", () => {
    const bytes = serializeSafetensors(sample, { format: "pt", quote: 'a"\\ü\n' });
    const { tensors, metadata } = parseSafetensors(bytes, "sample");
    expect([...tensors.keys()]).toEqual([...sample.keys()]);
    for (const [name, { origin, ...tensor }] of tensors) {
      expect(tensor).toEqual(sample.get(name));
      const { file, offset } = origin!;
      expect(bytes.slice(offset, offset + tensor.data.length)).toEqual(tensor.data);
      expect(file).toBe("sample");
    }
    expect({ ...metadata }).toEqual({ format: "pt", quote: 'a"\\ü\n' });
    expect(Object.getPrototypeOf({})).not.toHaveProperty("dtype");
  });

  test("aligns the data, gives the same bytes each time, and reads from any offset", () => {
    const bytes = serializeSafetensors(sample);
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
    for (const [name, { data, dtype }] of parseSafetensors(bytes, "sample").tensors) {
      if (data.length > 0) expect(data.byteOffset % (dtype === "F64" ? 8 : dtype === "BOOL" ? 1 : 4), name).toBe(0);
    }
    expect(serializeSafetensors(sample)).toEqual(bytes);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const weight = parseSafetensors(shifted.subarray(3), "shifted").tensors.get("head.0.weight")!;
    expect([...toFloat32(weight)]).toEqual([1, -2.5, 3, Infinity, 5, 6]);
  });

  test("an empty list of tensors and hostile metadata keys are harmless", () => {
    expect(parseSafetensors(serializeSafetensors(new Map()), "none").tensors.size).toBe(0);
    const { metadata } = parseSafetensors(file('{"__metadata__":{"__proto__":"x"}}'), "proto");
    expect(Object.keys(metadata)).toEqual(["__proto__"]);
  });

  test("any tensors survive", () => {
    const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return fc
        .array(fc.float({ noNaN: true }), { minLength: count, maxLength: count })
        .map((values) => safetensorsFromFloat32(values, shape));
    });
    const name = fc.string({ unit: "binary" }).filter((text) => text !== "__metadata__");
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor), { maxLength: 6 }), (pairs) => {
        const tensors = new Map(pairs);
        const read = parseSafetensors(serializeSafetensors(tensors), "any").tensors;
        expect(new Map([...read].map(([name, { origin: _, ...tensor }]) => [name, tensor]))).toEqual(tensors);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

test("numbers are asked for twice: to be counted, and to be written", () => {
  let asked = 0;
  const read = () => {
    asked++;
    return new Uint8Array(8);
  };
  const tensor = tensorReadBy({ dtype: "F32", shape: [2] }, read, { file: "x", offset: 0 });
  serializeSafetensors(new Map([["w", tensor]]));
  expect(asked).toBe(2);
});

describe("damaged files", () => {
  const cases: [string, Uint8Array, RegExp, number][] = [
    ["empty", new Uint8Array(0), /the file is empty/, 0],
    ["shorter than a length", new Uint8Array(5), /5 bytes, too few/, 0],
    [
      "header length over the file",
      Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 123, 125),
      /claims 9 bytes, but .* ends at 10/,
      0,
    ],
    [
      "header over 100 MB",
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255),
      /claims 18446744073709551615 bytes/,
      0,
    ],
    ["no object", file("[]"), /does not start with {/, 8],
    ["byte order mark", file("\ufeff{}"), /does not start with {/, 8],
    ["invalid UTF-8", Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 123, 255, 125), /not valid UTF-8/, 8],
    ["invalid JSON", file('{"a":}'), /not valid JSON/, 8],
    ["text after the JSON", file("{} x"), /not valid JSON/, 8],
    ["tensor twice", file(`{"a":${entry("[1]", 0, 4)},"\\u0061" :${entry("[1]", 4, 8)}}`, 8), /key "a" twice/, 8],
    [
      "field twice",
      file('{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}', 4),
      /"dtype" twice/,
      8,
    ],
    ["metadata no object", file('{"__metadata__":[]}'), /__metadata__ is not an object/, 8],
    ["metadata of numbers", file('{"__metadata__":{"a":1}}'), /no string at "a"/, 8],
    ["tensor no object", file('{"a":3}'), /tensor "a" is not described by an object/, 8],
    ["wrong dtype", file(`{"a":${entry("[1]", 0, 4, "F33")}}`, 4), /unknown dtype "F33"/, 8],
    ["inherited dtype", file(`{"a":${entry("[1]", 0, 4, "toString")}}`, 4), /unknown dtype "toString"/, 8],
    ["missing dtype", file('{"a":{"shape":[],"data_offsets":[0,4]}}', 4), /unknown dtype nothing/, 8],
    ["negative size", file(`{"a":${entry("[-1]", 0, 4)}}`, 4), /no list of sizes: \[-1\]/, 8],
    ["fractional size", file(`{"a":${entry("[0.5]", 0, 2)}}`, 2), /no list of sizes/, 8],
    ["shape no list", file(`{"a":${entry('"1"', 0, 4)}}`, 4), /no list of sizes/, 8],
    ["overflow", file(`{"a":${entry("[4294967296,4294967296]", 0, 0)}}`), /too large to count/, 8],
    ["huge size", file(`{"a":${entry("[1e30]", 0, 0)}}`), /no list of sizes/, 8],
    ["size against shape", file(`{"a":${entry("[3]", 0, 8)}}`, 8), /needs 12 bytes for F32 \[3\], .* hold 8/, 8],
    ["reversed offsets", file(`{"a":${entry("[1]", 4, 0)}}`, 4), /needs 4 bytes .* hold -4/, 8],
    [
      "three offsets",
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 8),
      /no pair of byte positions/,
      8,
    ],
    ["beyond the end", file(`{"a":${entry("[3]", 0, 12)}}`, 8), /ends at byte 75, but the file ends at 71/, 63],
    ["overlap", file(`{"a":${entry("[2]", 0, 8)},"b":${entry("[2]", 4, 12)}}`, 12), /"b" overlaps/, 120],
    ["gap", file(`{"a":${entry("[1]", 0, 4)},"b":${entry("[1]", 8, 12)}}`, 12), /4 bytes before tensor "b"/, 120],
    ["trailing bytes", file(`{"a":${entry("[1]", 0, 4)}}`, 9), /5 bytes follow/, 66],
  ];
  test.each(cases)("%s", (_, bytes, problem, offset) => {
    const error = failure(bytes);
    expect(error.message).toMatch(problem);
    expect(error.message).toMatch(/^bad\.safetensors: [^\n]+$/);
    expect(error.offset).toBe(offset);
  });

  test("deep nesting and long garbage end in an error, not in a full stack", () => {
    expect(failure(file(`{"a":${"[".repeat(1_000_000)}`)).message).toMatch(/not valid JSON/);
    expect(failure(file(`{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`)).message).toMatch(/not described by an object/);
    expect(failure(file(`{"${"\\\\".repeat(500_000)}":1}`)).message.length).toBeLessThan(300);
  });

  test("every truncation is refused", () => {
    const bytes = serializeSafetensors(sample, { format: "pt" });
    for (let length = 0; length < bytes.length; length++) failure(bytes.subarray(0, length));
  });

  test("any change of bytes is either refused by a FileFormatError or read within the file", () => {
    const bytes = serializeSafetensors(sample, { format: "pt" });
    const change = fc.tuple(
      fc.nat(bytes.length - 1),
      fc.oneof(fc.nat(255), fc.constantFrom(...'{}[],:"\\09-e. '.split("").map((c) => c.charCodeAt(0)))),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const mutated = bytes.slice();
        for (const [at, byte] of changes) mutated[at] = byte;
        try {
          for (const tensor of parseSafetensors(mutated, "mutated").tensors.values()) {
            expect(tensor.data.buffer).toBe(mutated.buffer);
            expect(tensor.data.byteOffset + tensor.data.length).toBeLessThanOrEqual(mutated.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(FileFormatError);
        }
      }),
      { numRuns: 3000, seed: 2 },
    );
  });
});

describe("serialize refuses", () => {
  test.each<[string, string, SafetensorsTensor, RegExp]>([
    ["data of another length", "a", { ...safetensorsFromFloat32([1], [2]) }, /"a" needs 8 bytes for F32 \[2\], got 4/],
    ["a negative size", "a", { dtype: "F32", shape: [-1, -1], data: new Uint8Array(4) }, /\[-1, -1\]/],
    ["the metadata's name", "__metadata__", safetensorsFromFloat32([1], [1]), /keeps for its metadata/],
    ["an unknown dtype", "a", { dtype: "F33" as "F32", shape: [], data: new Uint8Array(4) }, /unknown dtype "F33"/],
  ])("%s", (_, name, tensor, problem) => {
    expect(() => serializeSafetensors(new Map([[name, tensor]]))).toThrow(problem);
    expect(() => serializeSafetensors(new Map([[name, tensor]]))).toThrow(ArgumentError);
  });
});
