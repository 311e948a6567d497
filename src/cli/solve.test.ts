import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callCli } from "../testing/call-cli.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-solve-"));
  const network = "new nn.Sequential(new nn.Conv2d(3, 4, 5), new nn.Flatten(), new nn.Linear(4 * 8 * 8, 2))";
  await writeFile(join(folder, "net.ts"), `import { nn } from "convsmith";\nexport default () => ${network};\n`);
  const norm = "new nn.Sequential(new nn.Conv2d(3, 4, 3, { stride: 2, padding: 1 }), new nn.BatchNorm2d(4))";
  await writeFile(join(folder, "norm.ts"), `import { nn } from "convsmith";\nexport default () => ${norm};\n`);
  const single = "new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.AdaptiveAvgPool2d(1), new nn.BatchNorm2d(4))";
  await writeFile(join(folder, "single.ts"), `import { nn } from "convsmith";\nexport default () => ${single};\n`);
  const throws = 'class Net extends nn.Module { forward() { throw new Error("boom"); } }';
  await writeFile(join(folder, "throws.ts"), `import { nn } from "convsmith";\nexport default ${throws}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const call = (...args: string[]) => callCli("solve", ...args.map((each) => each.replace("FOLDER", folder)));

async function json(...args: string[]) {
  // What takes long says so on stderr.
  const { good, out } = await call(...args, "--json");
  expect(good).toBe(true);
  return JSON.parse(out);
}

test("size: a trace, a table and its rules; as JSON all answers", async () => {
  const { good, out } = await call("size", "32", "16", "--top", "3");
  expect(good).toBe(true);
  expect(out).toContain("⌊(32 − 2 + 2·0)/2⌋ + 1 = 16");
  expect(out).toMatch(/Conv2d\(…, 3, \{ stride: 2, padding: 1 \}\) +9 +2,304/);
  expect(out).toMatch(/\d+ more: --top \d+ shows all\.\nRanked by: every pixel is read;/);
  const { answers, from, rules } = await json("size", "224x320", "112x160", "--kernel", "3");
  expect([from, rules.length > 3]).toEqual([[224, 320], true]);
  expect(answers[0]).toMatchObject({ kernel: 3, stride: 2, padding: 1, macsPerOutput: 9 });
  expect((await call("size", "16", "32", "--transposed")).out).toContain("ConvTranspose2d(…, 2, { stride: 2 })");
  expect((await call("size", "7", "4", "--ceil")).out).toContain("MaxPool2d(2, { ceilMode: true })");
});

test("an answer fits a narrow terminal", async () => {
  const before = Object.getOwnPropertyDescriptor(process.stdout, "columns");
  Object.defineProperty(process.stdout, "columns", { value: 44, configurable: true });
  const { out } = await call("field", "espcn", "--want", "17", "--input", "1x1x32x32");
  if (before) Object.defineProperty(process.stdout, "columns", before);
  else Reflect.deleteProperty(process.stdout, "columns");
  expect(out).toContain("conv1: dilation 1 → 3, padding + 4\n  field 17 · parameters 0 · FLOPs 0\n");
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(44);
});

test("same", async () => {
  expect((await call("same", "--kernel", "5")).out).toMatch(/padding: 2 +2 +2 +4 +W for every W/);
  const { out } = await call("same", "--kernel", "4", "--stride", "2");
  expect(out).toMatch(/ZeroPad2d\(\[1, 2, 1, 2\]\) in front.*⌈W\/2⌉ for every W/);
  expect(out).toContain("no equal padding holds for every width");
});

test("input", async () => {
  expect((await call("input", "unet")).out).toMatch(/^unet takes \[N, 1, H, W\] with H and W multiples of 16\n/);
  const { answers, fixed, channels } = await json("input", "FOLDER/net.ts");
  expect([fixed, channels, answers[0].shape]).toEqual([true, 3, [1, 3, 12, 12]]);
  expect(answers[0].parameters).toBe(3 * 4 * 25 + 4 + 2 * 257);
});

test("field", async () => {
  const { out } = await call("field", "espcn", "--want", "17", "--input", "1x1x32x32");
  expect(out).toContain("sees 9 pixels of 1x1x32x32");
  expect(out).toMatch(/conv1: dilation 1 → 3, padding \+ 4 +17 +0 +0/);
  expect((await call("field", "espcn", "--want", "9")).out).toContain("9 are reached already");
  const { answers, field } = await json("field", "FOLDER/net.ts", "--want", "9", "--layer", "0");
  expect(field).toBe(5);
  expect(answers[0]).toMatchObject({ layer: "0", flopsAdded: 0 });
});

test("budget", async () => {
  const { out } = await call("budget", "espcn", "--max-flops", "10M", "--input", "1x1x17x17");
  expect(out).toMatch(/^espcn: the largest that keeps the budget is 1x1x14x14\n/);
  expect(out).toMatch(/1x1x15x15 .* over\n/);
  const wide = await json("budget", "espcn-x2", "--vary", "width", "--max-params", "10k", "--input", "1x1x17x17");
  expect(wide.answers[0].parameters).toBeLessThanOrEqual(10_000);
  expect(wide.over.parameters).toBeGreaterThan(10_000);
  const memory = await json("budget", "espcn", "--max-memory", "4MiB", "--input", "1x1x32x32");
  expect(memory.answers[0].memoryBytes).toBeLessThanOrEqual(2 ** 22);
  expect(memory.over.memoryBytes).toBeGreaterThan(2 ** 22);
});

test("budget: a training step of batch norm, and memory as check counts it", async () => {
  // Its batch norm sees one value a channel up to 2 pixels.
  const args = [join(folder, "norm.ts"), "--train", "--max-memory", "4MiB"];
  const { answers, over, memory } = await json("budget", ...args);
  expect(answers[0].shape[2]).toBeGreaterThan(2);
  expect(memory).toMatchObject({ device: "wasm", train: true, tile: [expect.any(Number), expect.any(Number)] });
  for (const { shape, memoryBytes } of [answers[0], over]) {
    const { out } = await callCli("check", ...args, "--input", shape.join("x"), "--json");
    expect(JSON.parse(out).budgets[0]).toMatchObject({ actual: memoryBytes, kept: shape === answers[0].shape });
  }
});

test.each([
  { args: [], says: "which question? size, same, input, field or budget" },
  { args: ["size", "32", "16", "--kernel", "x"], says: "--kernel must be a whole number from 1, got x" },
  { args: ["size", "32", "1.5"], says: "a size must be a whole number from 1 such as 224" },
  { args: ["size", "5", "9", "--pool"], says: "no pooling turns 5 into 9. The nearest is 6" },
  { args: ["size", "32", "16", "--pool", "--transposed"], says: "--transposed can't go with --pool" },
  { args: ["size", "32", "16", "--output-padding", "1"], says: "--output-padding needs --transposed" },
  { args: ["same"], says: "Missing required argument: kernel" },
  {
    args: ["same", "--kernel", "3", "--stride", "99"],
    says: "a stride of at most 64, got stride 99. The nearest is 64",
  },
  { args: ["input", "FOLDER/throws.ts"], says: "is accepted. At [1, " },
  { args: ["input", "vgg99"], says: "unknown model vgg99. Close are vgg19" },
  { args: ["field", "espcn", "--want", "0"], says: "--want must be a whole number from 1, got 0" },
  { args: ["field", "espcn", "--want", "20", "--layer", "conv9"], says: "there is no layer conv9. Close are conv1" },
  { args: ["budget", "espcn", "--max-flops", "1X"], says: "--max-flops must be a count above 0 such as 5M" },
  { args: ["budget", "espcn", "--max-memory", "x"], says: "--max-memory must be a size above 0 such as 200MB" },
  { args: ["budget", "espcn", "--max-flops", "1G", "--train"], says: "--train changes memory alone" },
  { args: ["field", "espcn", "--want", "20", "--scale", "x"], says: "--scale must be a number, got x" },
  { args: ["budget", "espcn"], says: "a budget needs a limit" },
  {
    args: ["budget", "espcn", "--vary", "width", "--width-multiplier", "2", "--max-params", "5M"],
    says: "leave --width-multiplier out",
  },
  {
    args: ["budget", "FOLDER/norm.ts", "--train", "--max-memory", "1kB"],
    says: "not even the smallest, 1x3x3x3, keeps the budget: it takes",
  },
  {
    args: ["budget", "FOLDER/single.ts", "--train", "--max-memory", "1GB"],
    says: "needs more than one value per channel when training, got input [1, 4, 1, 1]. Use a larger batch",
  },
  { args: ["budget", "espcn", "--max-params", "5M"], says: "--max-params alone does not limit the input" },
  { args: ["budget", "alexnet", "--vary", "width", "--max-params", "5M"], says: "alexnet: has no width to vary" },
  {
    args: ["budget", "FOLDER/net.ts", "--vary", "width", "--max-params", "5M"],
    says: "is no network of convsmith's own",
  },
  {
    args: ["budget", "FOLDER/net.ts", "--max-flops", "5M"],
    says: "takes [N, 3, 12, 12] only: its input can't be varied",
  },
])("one clear line: $says", async ({ args, says }) => {
  const { good, out, err } = await call(...args);
  expect([good, out]).toEqual([false, ""]);
  expect(err).toContain(says);
  expect(err.trim().split("\n")).toHaveLength(1);
});
