import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConvsmithError, FileFormatError } from "../core/errors.ts";
import { fileError, writeFileAtomic } from "./atomic-file.ts";
import { safetensorsFromFloat32 } from "./safetensors-dtype.ts";
import { readSafetensors, writeSafetensors } from "./safetensors-file.ts";

const root = process.getuid?.() === 0;
const tensors = new Map([["weight", safetensorsFromFloat32([1, 2], [2])]]);
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function message(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => expect.unreachable("no error"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConvsmithError);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

test("a file is read back as it was written, and no other file stays", async () => {
  const path = join(folder, "weights.safetensors");
  await writeSafetensors(path, tensors, { format: "pt" });
  const content = await readSafetensors(path);
  expect([...content.tensors.keys()]).toEqual(["weight"]);
  expect(content.metadata.format).toBe("pt");
  expect(await readdir(folder)).toEqual(["weights.safetensors"]);
});

test("a damaged file names its path", async () => {
  const path = join(folder, "cut.safetensors");
  await writeFile(path, Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 123));
  await expect(readSafetensors(path)).rejects.toThrow(FileFormatError);
  expect(await message(readSafetensors(path))).toContain(`${path}: the header claims 200 bytes`);
});

describe("reading", () => {
  test("a missing file", async () => {
    const path = join(folder, "none.safetensors");
    expect(await message(readSafetensors(path))).toBe(`${path}: cannot read: no such file or folder`);
  });
  test("a folder", async () => {
    expect(await message(readSafetensors(folder))).toContain("it is a folder");
  });
  test.skipIf(!existsSync("/dev/zero"))("a device, which would never end (skipped without /dev/zero)", async () => {
    expect(await message(readSafetensors("/dev/zero"))).toContain("not a regular file");
  });
  test.skipIf(root)("a file without permission (skipped for root)", async () => {
    const path = join(folder, "secret");
    await writeFile(path, "");
    await chmod(path, 0);
    expect(await message(readSafetensors(path))).toContain("permission denied");
  });
});

describe("writing", () => {
  test("replaces the old content, through a link, and keeps the mode", async () => {
    const path = join(folder, "real");
    await writeFile(path, "old", { mode: 0o600 });
    await symlink(path, join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(["link", "real"]);
  });
  test("into a missing folder", async () => {
    expect(await message(writeFileAtomic(join(folder, "no", "file"), "x"))).toContain(
      "cannot write: no such file or folder",
    );
  });
  test("below a file", async () => {
    await writeFile(join(folder, "file"), "x");
    expect(await message(writeFileAtomic(join(folder, "file", "below"), "x"))).toContain(
      "a part of the path is a file",
    );
  });
  test("over a folder leaves no file beside it", async () => {
    await mkdir(join(folder, "target"));
    expect(await message(writeFileAtomic(join(folder, "target"), "x"))).toContain("it is a folder");
    expect(await readdir(folder)).toEqual(["target"]);
  });
  test.skipIf(!existsSync("/dev/full"))("to a full disk (skipped without /dev/full)", async () => {
    expect(await message(writeSafetensors("/dev/full", tensors))).toContain("no space left");
    expect((await stat("/dev/full")).isCharacterDevice()).toBe(true);
  });
  test("many writers at once leave one whole file", async () => {
    const path = join(folder, "shared");
    await Promise.all(Array.from({ length: 8 }, (_, writer) => writeFileAtomic(path, String(writer).repeat(50_000))));
    expect(await readFile(path, "utf8")).toMatch(/^(.)\1{49999}$/);
    expect(await readdir(folder)).toEqual(["shared"]);
  });
});

test("an unknown failure keeps its message", () => {
  expect(fileError("read", "a", new Error("odd")).message).toBe("a: cannot read: odd");
  expect(fileError("write", "a", Object.assign(new Error(), { code: "EACCES" })).message).toContain(
    "permission denied",
  );
});
