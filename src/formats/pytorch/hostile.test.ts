import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { zip } from "../../testing/fuzz/zip.ts";
import { refusalOf } from "../../testing/refusal.ts";
import { parseTensorFile } from "../tensor-file.ts";

const file = "hostile.pt";
const refused = (bytes: Uint8Array) => refusalOf(() => parseTensorFile(bytes, file), file);

/** Bytes of text and of numbers. */
const bytesOf = (...parts: readonly (string | number | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)));
const text = (value: string) => bytesOf("X", [value.length, 0, 0, 0], value);
const pickle = (...operations: readonly (Uint8Array | string | number | readonly number[])[]) =>
  bytesOf([0x80, 2], ...operations.map((each) => (each instanceof Uint8Array ? [...each] : each)), ".");

/** A dict of one tensor: `shape` and `strides` are operations. */
const dictOf = (shape: Uint8Array, strides: Uint8Array) =>
  pickle(
    ...["}", text("w"), "ctorch._utils\n_rebuild_tensor_v2\n(("],
    ...[text("storage"), "ctorch\nFloatStorage\n", text("0"), text("cpu"), "K", 4, "tQK", 0, "("],
    ...[shape, "t(", strides, "t\x89}tRs"],
  );
const int = (value: bigint) =>
  bytesOf(
    [0x8a, 8],
    Array.from({ length: 8 }, (_, at) => Number((BigInt.asUintN(64, value) >> BigInt(8 * at)) & 255n)),
  );

/** An archive as torch.save writes it, with one storage. */
const archive = (object: Uint8Array, storage = new Uint8Array(16), method = 0, sizes?: ReadonlyMap<string, number>) =>
  zip(
    [
      { name: "net/data.pkl", data: object },
      { name: "net/data/0", data: storage, method },
    ],
    sizes,
  );
const four = dictOf(int(4n), int(1n));
/** Where the second local header begins: behind the first one, its name and its data. */
const storageHeader = (object: Uint8Array) => 30 + "net/data.pkl".length + object.length;
/** Where the data of the first one begins. */
const pickleStart = 30 + "net/data.pkl".length;

it("reads the archive that the others are changed from", () => {
  const { tensors } = parseTensorFile(archive(four), file);
  expect(tensors.get("w")).toMatchObject({ dtype: "F32", shape: [4] });
});

describe("zip archives", () => {
  it("a bomb: a million zeros in a thousand bytes", async () => {
    const bomb = archive(
      four,
      new Uint8Array(deflateRawSync(new Uint8Array(2 ** 20))),
      8,
      new Map([["net/data/0", 2 ** 20]]),
    );
    const { message, byte } = await refused(bomb);
    expect(message).toMatch(/net\/data\/0 is compressed, which PyTorch's files never are/);
    expect(byte).toBe(storageHeader(four));
  });

  it.each([2 ** 20, 2 ** 32 - 2, 3])("a stored file that claims %d bytes", async (size) => {
    const { message, byte } = await refused(archive(four, new Uint8Array(16), 0, new Map([["net/data/0", size]])));
    expect(message).toMatch(`net/data/0 needs ${size} bytes, but the file ends`);
    expect(byte).toBe(storageHeader(four) + 30 + "net/data/0".length);
  });

  it("two files of one name", async () => {
    const files = ["net/data.pkl", "net/data/0", "net/data/0"].map((name) => ({ name, data: four }));
    const { message, byte } = await refused(zip(files));
    expect(message).toMatch(/the zip archive has two files "net\/data\/0"/);
    expect(byte).toBe(zip(files).lastIndexOf(0x50, zip(files).length - 23));
  });

  it("every beginning of one", async () => {
    const bytes = archive(four);
    for (let length = 0; length < bytes.length; length++) {
      const { byte } = await refused(bytes.subarray(0, length));
      expect(byte).toBeLessThanOrEqual(length);
    }
  });
});

describe("tensors", () => {
  it.each([
    ["2^60 elements of one", int(2n ** 60n), int(0n), /offset, size and strides are not whole numbers from 0/],
    ["2^50 elements of one", int(2n ** 50n), int(0n), /its tensors are far larger than the file/],
    ["a size below 0", int(-4n), int(1n), /offset, size and strides are not whole numbers from 0/],
    ["a stride below 0", int(4n), int(-1n), /offset, size and strides are not whole numbers from 0/],
    ["sizes without strides", int(4n), new Uint8Array(0), /offset, size and strides are not/],
    ["more elements than its storage", int(5n), int(1n), /a tensor of shape \[5\] reaches beyond its storage/],
  ])("%s", async (_, shape, strides, pattern) => {
    const object = dictOf(shape, strides);
    const { message, byte } = await refused(archive(object));
    expect(message).toMatch(pattern);
    // The operation that makes the tensor, where it can't be made.
    if (message.includes("whole numbers")) expect(byte).toBe(pickleStart + object.lastIndexOf("R".charCodeAt(0)));
    else expect(byte).toBeLessThan(pickleStart + object.length);
  });
});

describe("pickles that run code", () => {
  const mark = join(tmpdir(), `convsmith-attack-${process.pid}`);
  afterEach(() => rmSync(mark, { force: true }));
  it.each([
    ["os", "system"],
    ["posix", "system"],
    ["builtins", "exec"],
    ["subprocess", "Popen"],
    ["torch.hub", "load"],
  ])("%s.%s is named, and not run", async (module, name) => {
    const object = pickle(`c${module}\n${name}\n`, text(`touch ${mark}`), [0x85], "R");
    const { message, byte } = await refused(archive(object));
    expect(message).toMatch(
      `holds an object of ${module}.${name}, and only tensors, dicts and plain values are read: no code runs`,
    );
    // Behind the protocol.
    expect(byte).toBe(pickleStart + 2);
    expect(existsSync(mark)).toBe(false);
  });
});

describe("pickles without end", () => {
  const deep = 100_000;
  it.each([
    ["tuples in tuples", pickle("(".repeat(deep), "t".repeat(deep))],
    ["lists in lists", pickle("]".repeat(deep), "a".repeat(deep - 1))],
    ["dicts in dicts", pickle("}", "K\x00}".repeat(deep), "s".repeat(deep))],
  ])("%s, %#", async (_, object) => {
    for (const bytes of [archive(object), archive(pickle("}", text("model"), object.subarray(2, -1), "s"))]) {
      expect(() => parseTensorFile(bytes, file)).toThrow(/^hostile\.pt: /);
      expect(() => parseTensorFile(bytes, file, { key: "." })).toThrow(
        /^hostile\.pt: (a dict that holds itself|holds no dict)/,
      );
    }
  });

  it("cut off at any byte", async () => {
    for (let length = 2; length < four.length; length++) {
      const { byte } = await refused(archive(four.subarray(0, length)));
      expect(byte).toBeLessThanOrEqual(pickleStart + length);
    }
  });
});
