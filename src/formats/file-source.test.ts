import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConvsmithError, FileFormatError } from "../core/errors.ts";
import { withTensorFile } from "./read-tensor-file.ts";
import { serializeSafetensors } from "./safetensors.ts";
import { safetensorsFromFloat32 } from "./safetensors-dtype.ts";
import { parseTensorFile, type TensorFile } from "./tensor-file.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/", import.meta.url));
const files = ["pytorch", "fuzz/corpus"].flatMap((folder) =>
  readdirSync(join(fixtures, folder))
    .filter((name) => /\.(pt|pth|pkl|safetensors)$/.test(name))
    .map((name) => join(fixtures, folder, name)),
);
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "convsmith-source-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const contents = ({ format, tensors, metadata }: TensorFile) =>
  JSON.stringify([
    format,
    [...tensors].map(([name, { dtype, shape, data }]) => [name, dtype, shape, Buffer.from(data).toString("hex")]),
    metadata,
  ]);

/** What is read, or how it is refused. */
async function outcome(read: () => string | Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConvsmithError);
    return (error as Error).message;
  }
}

/** From the open file as from its bytes in memory, whether whole or damaged. */
async function expectSame(path: string): Promise<string> {
  const memory = await outcome(() => contents(parseTensorFile(new Uint8Array(readFileSync(path)), path)));
  expect(await outcome(() => withTensorFile(path, {}, contents))).toBe(memory);
  return memory;
}

test("there are files of each format", () => expect(files.length).toBeGreaterThan(10));

test.each(files)("%s: from the open file as from memory", async (path) => {
  expect(await expectSame(path)).not.toBe("");
});

test("cut anywhere, it is refused as from memory", async () => {
  for (const path of files) {
    const bytes = readFileSync(path);
    const cut = join(folder, path.replace(/.*[/\\]/, ""));
    for (const part of [0, 0.1, 0.4, 0.7, 0.95, 0.999]) {
      writeFileSync(cut, bytes.subarray(0, Math.floor(part * bytes.length)));
      expect(await expectSame(cut)).toContain(cut);
    }
  }
});

test("in memory, numbers are read once, and gathered once where they lie apart", async () => {
  let apart = 0;
  for (const path of files) {
    await outcome(() => {
      const bytes = new Uint8Array(readFileSync(path));
      for (const tensor of parseTensorFile(bytes, path).tensors.values()) {
        const { data } = tensor;
        expect(tensor.data).toBe(data);
        if (data.length > 0 && data.buffer !== bytes.buffer) apart++;
      }
      return "";
    });
  }
  expect(apart).toBeGreaterThan(0);
});

const weights = () => {
  const path = join(folder, "weights.safetensors");
  const bytes = serializeSafetensors(new Map([["bias", safetensorsFromFloat32([1, 2], [2])]]));
  writeFileSync(path, bytes);
  return { path, bytes };
};

test("numbers are read when they are asked for", async () => {
  const { path, bytes } = weights();
  const data = await withTensorFile(path, {}, ({ tensors }) => {
    const { shape } = tensors.get("bias")!;
    expect(shape).toEqual([2]);
    writeFileSync(path, Uint8Array.from([...bytes.subarray(0, -8), 9, 9, 9, 9, 9, 9, 9, 9]));
    return tensors.get("bias")!.data;
  });
  expect([...data]).toEqual(new Array(8).fill(9));
});

test("a file that is cut while it is open is refused by name and byte", async () => {
  const { path, bytes } = weights();
  const reading = withTensorFile(path, {}, ({ tensors }) => {
    truncateSync(path, bytes.length - 4);
    return tensors.get("bias")!.data;
  });
  await expect(reading).rejects.toThrow(FileFormatError);
  await expect(reading).rejects.toThrow(
    `${path}: the file became shorter while it was read (at byte ${bytes.length - 4})`,
  );
});

test("numbers can't be read once the file is closed", async () => {
  const { path } = weights();
  const tensor = await withTensorFile(path, {}, ({ tensors }) => tensors.get("bias")!);
  expect(() => tensor.data).toThrow(`${path}: cannot read: it was closed before`);
});
