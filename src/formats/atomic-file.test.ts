import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ConvsmithError } from "../core/errors.ts";
import { fileError, writeFileAtomic } from "./atomic-file.ts";

const disk = vi.hoisted(() => ({ full: false }));
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const open: typeof real.open = async (...args) => {
    const file = await real.open(...args);
    if (disk.full) {
      // As a full disk does it: the first bytes arrive, the rest does not.
      file.writeFile = async () => {
        await file.write("half");
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      };
    }
    return file;
  };
  return { ...real, open };
});

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-files-"));
});
afterEach(async () => {
  disk.full = false;
  await rm(folder, { recursive: true });
});

it("replaces a file whole", async () => {
  const path = join(folder, "a.txt");
  await writeFile(path, "a longer text that was here before");
  await writeFileAtomic(path, Buffer.from("new"));
  expect(await readFile(path, "utf8")).toBe("new");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

it("on a full disk, says so in one line and keeps what was there", async () => {
  const path = join(folder, "a.txt");
  await writeFile(path, "old");
  disk.full = true;
  const failure = writeFileAtomic(path, Buffer.from("new text"));
  await expect(failure).rejects.toThrow(ConvsmithError);
  await expect(failure).rejects.toThrow(new RegExp(`^${path}: cannot write: no space left on the disk; `));
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["a.txt"]);
});

it("follows a link to the file, and keeps the link", async () => {
  await writeFile(join(folder, "target"), "old");
  await symlink(join(folder, "target"), join(folder, "link"));
  await writeFileAtomic(join(folder, "link"), Buffer.from("new"));
  expect(await readFile(join(folder, "target"), "utf8")).toBe("new");
  expect(await readlink(join(folder, "link"))).toBe(join(folder, "target"));
});

it.skipIf(!existsSync("/dev/full"))(
  "writes to a device straight, here one that is always full (needs /dev/full)",
  async () => {
    await expect(writeFileAtomic("/dev/full", Buffer.from("new"))).rejects.toThrow("no space left on the disk");
  },
);

it("puts system errors into words, others into their first line", () => {
  expect(fileError("read", "a", { code: "EACCES" }).message).toBe("a: cannot read: permission denied");
  expect(fileError("read", "a", new Error("first\nsecond")).message).toBe("a: cannot read: first");
});
