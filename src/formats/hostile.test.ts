import { describe, expect, it } from "vitest";
import { parseIdx } from "../data/idx.ts";
import { refusalOf } from "../testing/refusal.ts";
import { parseNpy, parseSafetensors } from "./node.ts";

const bytesOf = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)));

/** `value` in so many bytes, the lowest first. */
const numberOf = (value: number | bigint, bytes: number) =>
  Array.from({ length: bytes }, (_, at) => Number((BigInt(value) >> BigInt(8 * at)) & 255n));

describe("safetensors", () => {
  const refused = (bytes: Uint8Array) => refusalOf(() => parseSafetensors(bytes, "x.safetensors"), "x.safetensors");
  const fileOf = (header: string, data = 8, length: number | bigint = header.length) =>
    bytesOf(numberOf(length, 8), header, new Array<number>(data).fill(0));
  const tensor = (shape: string, offsets = "[0,8]", name = "w") =>
    `"${name}":{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;

  it("reads the file that the others are changed from", () => {
    expect(parseSafetensors(fileOf(`{${tensor("[2]")}}`), "x").tensors.get("w")!.shape).toEqual([2]);
  });

  it.each([
    ["a dimension of 2^60", `{${tensor("[1152921504606846976]")}}`, /"w" has a shape that is no list of sizes/],
    ["2^60 elements", `{${tensor("[1073741824,1073741824]")}}`, /"w" has a shape too large to count/],
    ["a size below 0", `{${tensor("[-2]")}}`, /"w" has a shape that is no list of sizes: \[-2\]/],
    ["a size that is no whole number", `{${tensor("[1.5]")}}`, /no list of sizes/],
    ["a size of 1e400", `{${tensor("[1e400]")}}`, /no list of sizes/],
    ["a size that JSON has no word for", `{${tensor("[NaN]")}}`, /the header is not valid JSON/],
    ["an infinite size", `{${tensor("[Infinity]")}}`, /the header is not valid JSON/],
    ["a place before the file", `{${tensor("[2]", "[-8,0]")}}`, /data_offsets that are no pair of byte positions/],
    ["a place behind the file", `{${tensor("[2]", "[8,16]")}}`, /8 bytes before tensor "w" are unused/],
    ["tensors over each other", `{${tensor("[2]")},${tensor("[2]", "[0,8]", "v")}}`, /overlaps the tensor before it/],
    ["a name twice", `{${tensor("[2]")},${tensor("[2]")}}`, /the header has the key "w" twice/],
    ["a size twice", `{"w":{"dtype":"F32","shape":[2],"shape":[4],"data_offsets":[0,8]}}`, /the key "shape" twice/],
    ["lists in lists", `{"w":${"[".repeat(100_000)}`, /the header is not valid JSON|is not described by an object/],
    ["lists in lists that end", `{"w":${"[".repeat(5000)}${"]".repeat(5000)}}`, /is not described by an object/],
  ])("%s", async (_, header, pattern) => {
    const { message, byte } = await refused(fileOf(header));
    expect(message).toMatch(pattern);
    // The header, or the tensor's place behind it.
    expect([8, 8 + header.length]).toContain(byte);
  });

  it.each([2 ** 20, 2n ** 40n, 2n ** 60n, 2n ** 64n - 1n])("a header of %d bytes", async (length) => {
    const { message, byte } = await refused(fileOf(`{${tensor("[2]")}}`, 8, length));
    expect(message).toMatch(/header/);
    expect(byte).toBe(0);
  });

  it("every beginning of one", async () => {
    const bytes = fileOf(`{${tensor("[2]")}}`);
    for (let length = 0; length < bytes.length; length++) {
      expect((await refused(bytes.subarray(0, length))).byte).toBeLessThanOrEqual(bytes.length);
    }
  });
});

describe("npy", () => {
  const refused = (bytes: Uint8Array) => refusalOf(() => parseNpy(bytes, "x.npy"), "x.npy");
  const fileOf = (shape: string, length?: number) => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }\n`;
    return bytesOf([0x93], "NUMPY", [1, 0], numberOf(length ?? header.length, 2), header, new Array<number>(8).fill(0));
  };
  const data = fileOf("2,").length - 8;

  it("reads the file that the others are changed from", () => expect(parseNpy(fileOf("2,"), "x").shape).toEqual([2]));

  it.each([
    [
      "a dimension of 2^60",
      "1152921504606846976,",
      /shape \[1152921504606847000\] of F32 needs 4611686018427388000 bytes/,
    ],
    ["2^60 elements", "1073741824, 1073741824", /but 8 follow the header/],
    ["a size below 0", "-2,", /the header has no shape/],
    ["a size that is no number", "nan,", /the header has no shape/],
    ["two sizes in one place", "2 2,", /the header's shape has a size that is no number/],
    ["65 axes", "1,".repeat(65), /more than 64 axes/],
    ["tuples in tuples", "(".repeat(10_000), /the header has no shape/],
    ["more elements than the file has", "3,", /of F32 needs 12 bytes, but 8 follow the header/],
  ])("%s", async (_, shape, pattern) => {
    const { message, byte } = await refused(fileOf(shape));
    expect(message).toMatch(pattern);
    expect([10, fileOf(shape).length - 8]).toContain(byte);
  });

  it("a header that is longer than the file", async () => {
    const { message, byte } = await refused(fileOf("2,", 60_000));
    expect(message).toMatch(`the header claims 60000 bytes, but the file ends at ${data + 8}`);
    expect(byte).toBe(8);
  });

  it("every beginning of one", async () => {
    const bytes = fileOf("2,");
    for (let length = 0; length < bytes.length; length++) {
      expect((await refused(bytes.subarray(0, length))).byte).toBeLessThanOrEqual(bytes.length);
    }
  });
});

describe("idx", () => {
  const refused = (bytes: Uint8Array) => refusalOf(() => parseIdx(bytes, "x.idx"), "x.idx");
  const fileOf = (axes: number, ...sizes: number[]) =>
    bytesOf([0, 0, 8, axes], ...sizes.map((size) => numberOf(size, 4).reverse()), [7, 9]);

  it.each([
    ["axes of 2^60 elements", fileOf(2, 2 ** 30, 2 ** 30), 4, /the shape must be positive and under 2 GiB/],
    ["a size of -1", fileOf(1, 2 ** 32 - 1), 4, /the shape must be positive and under 2 GiB, got \[4294967295\]/],
    ["no elements", fileOf(1, 0), 4, /the shape must be positive/],
    ["255 axes", fileOf(255, 1), 3, /must have 1 to 4 axes, got 255/],
    ["more elements than the file has", fileOf(1, 3), 10, /is truncated: needs 11 bytes for shape \[3\], got 10/],
    ["fewer elements than the file has", fileOf(1, 1), 9, /has bytes after its end/],
    ["half a header", fileOf(4, 1), 10, /the idx header is truncated/],
    ["numbers of another type", bytesOf([0, 0, 13, 1, 0, 0, 0, 1, 7]), 2, /only idx files of unsigned bytes/],
  ])("%s", async (_, bytes, byte, pattern) => {
    const found = await refused(bytes);
    expect(found.message).toMatch(pattern);
    expect(found.byte).toBe(byte);
  });
});
