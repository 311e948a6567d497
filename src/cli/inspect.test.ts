import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readSafetensors } from "../formats/node.ts";
import { callCli } from "../testing/call-cli.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/pytorch/${name}`, import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("shows what a checkpoint holds, and its tensors", async () => {
  const { good, out } = await callCli("inspect", fixture("checkpoint.pt"));
  expect(good).toBe(true);
  expect(out).toContain("checkpoint.pt: PyTorch, zip archive, ");
  expect(out).toContain("  epoch: 3\n  model: dict of 7, 7 tensors\n  optimizer: dict of 2\n  best: 31.5\n");
  expect(out).toContain("0.weight               F32   [2, 1, 3, 3]        18     72");
  expect(out).toContain("7 tensors, 29 elements, 120 bytes");
});

it("shows what there is to choose from", async () => {
  const { good, out } = await callCli("inspect", fixture("two-sets.pt"));
  expect(good).toBe(true);
  expect(out).toContain("Choose with --key model");
  const { out: json } = await callCli("inspect", fixture("two-sets.pt"), "--key", "ema", "--json");
  expect(JSON.parse(json).tensors).toHaveLength(7);
});

it("converts with keys chosen and renamed", async () => {
  const to = join(folder, "net.safetensors");
  const { good, out } = await callCli(
    "convert",
    fixture("two-sets.pt"),
    to,
    "--key",
    "ema",
    "--rename",
    "0->conv",
    "1->norm",
  );
  expect(out).toContain("7 tensors");
  expect(good).toBe(true);
  const { tensors } = await readSafetensors(to);
  expect([...tensors.keys()].slice(0, 3)).toEqual(["conv.weight", "conv.bias", "norm.weight"]);
  expect(tensors.get("norm.num_batches_tracked")!.dtype).toBe("I64");
});

it.each([
  ["a whole module", () => ["convert", fixture("module.pt"), join(folder, "a.safetensors")], /torch\.nn\.modules/],
  [
    "another ending",
    () => ["convert", fixture("types.pt"), join(folder, "a.onnx")],
    /writes \.safetensors and \.npy files/,
  ],
  ["no such folder", () => ["convert", fixture("types.pt"), join(folder, "no", "a.safetensors")], /is no folder/],
  [
    "a file of another kind",
    () => ["inspect", fixture("make.py")],
    /make\.py: is not a \.safetensors, \.pt, \.pth, \.npy or \.onnx file/,
  ],
  ["no such file", () => ["inspect", join(folder, "none.pt")], /cannot read: no such file or folder/],
  [
    "a renaming that fits nothing",
    () => ["convert", fixture("types.pt"), join(folder, "a.safetensors"), "--rename", "x->y"],
    /no key begins with x/,
  ],
])("refuses in one line: %s", async (_, args, pattern) => {
  const { good, err } = await callCli(...args());
  expect(good).toBe(false);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(err).toMatch(pattern);
  expect(existsSync(join(folder, "a.safetensors"))).toBe(false);
});

it("a damaged file is told by its name", async () => {
  for (const [name, problem] of [
    ["x.safetensors", /the header claims/],
    ["x.pth", /neither a zip archive nor a pickle/],
    ["x.npy", /does not begin as a \.npy file/],
    ["x.onnx", /wire type|bytes are needed|no graph/],
  ] as const) {
    const path = join(folder, name);
    await writeFile(path, "these are twenty bytes");
    const { good, err } = await callCli("inspect", path);
    expect(good).toBe(false);
    expect(err).toMatch(problem);
  }
});

it("reads arrays of NumPy", async () => {
  const path = join(folder, "x.npy");
  const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n";
  await writeFile(
    path,
    Buffer.concat([
      Buffer.from("\x93NUMPY\x01\x00", "latin1"),
      Buffer.from([text.length, 0]),
      Buffer.from(text),
      Buffer.alloc(4),
    ]),
  );
  expect((await callCli("inspect", path)).out).toContain("array   F32   [1]           1      4");
});
