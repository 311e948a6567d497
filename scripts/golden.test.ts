import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "convsmith-golden-"));
const source = join(root, "fixtures/golden/softmax.safetensors");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function golden(...args: string[]) {
  return spawnSync(process.execPath, ["--import", "tsx", "scripts/golden.ts", ...args], {
    cwd: root,
    encoding: "utf8",
  });
}

test("checks a folder on both devices, and fails on a case or file that it does not understand", () => {
  copyFileSync(source, join(folder, "softmax.safetensors"));
  const good = golden(folder);
  expect(good.stdout).toMatch(/\n24 passed, 0 failed\n$/);
  expect(good.status).toBe(0);

  // The same length, so that the header still fits.
  const renamed = readFileSync(source, "latin1").replace('\\"op\\": \\"softmax\\"', '\\"op\\": \\"hardmax\\"');
  writeFileSync(join(folder, "unknown.safetensors"), renamed, "latin1");
  writeFileSync(join(folder, "broken.safetensors"), "none");
  const bad = golden(folder, "--device", "reference");
  expect(bad.stdout).toContain("op hardmax is not understood");
  expect(bad.stdout).toContain("cannot be read");
  expect(bad.stdout).toMatch(/\n23 passed, 2 failed\n$/);
  expect(bad.status).toBe(1);
}, 60_000);

test.each([
  { args: [], message: "needs one folder" },
  { args: ["missing-folder"], message: "no such file" },
  { args: ["scripts"], message: "holds no .safetensors file" },
  { args: ["fixtures/golden", "--device", "tpu"], message: "unknown device tpu" },
])("says what is wrong: $message", ({ args, message }) => {
  const { status, stderr } = golden(...args);
  expect(stderr).toContain(message);
  expect(status).toBe(1);
});
