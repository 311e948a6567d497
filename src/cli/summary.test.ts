import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { safetensorsFromFloat32, writeSafetensors } from "../formats/node.ts";
import { models, type nn } from "../index.ts";
import { callCli } from "../testing/call-cli.ts";

let folder = "";
const path = (name: string) => join(folder, name);

async function tensorsOf(network: nn.Module) {
  const state = [...network.stateDict()].map(
    async ([name, each]) => [name, safetensorsFromFloat32(await each.data(), each.shape)] as const,
  );
  return new Map(await Promise.all(state));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convsmith-summary-"));
  await mkdir(path("run"));
  const facts = { network: { name: "espcn", options: { scale: 2 } } };
  await writeFile(path("run/config.json"), JSON.stringify(facts));
  await writeSafetensors(path("x4.safetensors"), await tensorsOf(new models.Espcn(4)));
  const tuned = await tensorsOf(models.createModel("lenet", { classes: 5 }).network);
  await writeSafetensors(path("tuned.safetensors"), tuned);
  await writeSafetensors(path("near.safetensors"), tuned.set("fc1.bias", safetensorsFromFloat32([1, 2], [2])));
  await writeSafetensors(path("other.safetensors"), new Map([["w", safetensorsFromFloat32([1], [1])]]));
  const network = 'import { nn } from "convsmith";\nexport default () => new nn.Sequential(new nn.Conv2d(3, 4, 3));\n';
  await writeFile(path("net.ts"), network);
  const throws = `import { nn } from "convsmith";
export default class Net extends nn.Module {
  conv = new nn.Conv2d(3, 4, 3);
  forward(x) { return this.conv.forward(x).foo(); }
}`;
  await writeFile(path("throws.ts"), throws);
  await writeFile(path("readme.md"), "# Nothing\n");
  await writeFile(path("none.ts"), "export const nothing = 1;\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  { model: "espcn", more: ["--scale", "3"], parameters: 22_729 },
  { model: "espcn-x2", more: [], parameters: 21_284 },
  { model: "run", more: [], parameters: 21_284 },
  { model: "x4.safetensors", more: [], parameters: 24_752 },
])("summary $model as JSON, and nothing else on stdout", async ({ model, more, parameters }) => {
  const name = /^(run|x4)/.test(model) ? path(model) : model;
  const { good, out, err } = await callCli("summary", name, "--input", "1x1x36x64", "--json", ...more);
  expect([good, err]).toEqual([true, ""]);
  const { layers, totals } = JSON.parse(out);
  expect(totals.parameters).toBe(parameters);
  expect(Object.keys(totals)).toEqual(
    expect.arrayContaining(["parameters", "multiplications", "additions", "biasAdditions", "macs", "flops"]),
  );
  expect(layers).toHaveLength(5);
});

test("a known network needs no input; its options are its own", async () => {
  const { out } = await callCli("summary", "squeezenet1_1", "--classes", "10", "--json");
  const { inputShape, layers } = JSON.parse(out);
  expect(inputShape).toEqual([1, 3, 224, 224]);
  expect(layers.at(-1).outputShape).toEqual([1, 10]);
});

test("a file of a fine-tuned network tells its classes", async () => {
  const { good, out } = await callCli("summary", path("tuned.safetensors"), "--json");
  expect(good).toBe(true);
  expect(JSON.parse(out).layers.at(-1).outputShape).toEqual([1, 5]);
});

test("summary of a user's module, as a table", async () => {
  const { good, out } = await callCli("summary", path("net.ts"), "--input", "1x3x8x8");
  expect(good).toBe(true);
  expect(out).toContain("Conv2d 3→4, 3×3");
  expect(out).toMatch(/total +112 /);
});

test("plan: every step with its kernel, what is fused, and where it lies", async () => {
  const { good, out } = await callCli("plan", "espcn", "--input", "1x1x36x64", "--json");
  expect(good).toBe(true);
  const { steps, arenaBytes } = JSON.parse(out);
  expect(steps.flatMap(({ fused }: { fused: string[] }) => fused)).toContain("sigmoid");
  for (const { writes } of steps) {
    for (const { home, offset, bytes } of writes) {
      if (home === "arena") expect(offset + bytes).toBeLessThanOrEqual(arenaBytes);
    }
  }
  const train = await callCli("plan", "espcn", "--input", "2x1x9x9", "--train", "--json");
  expect(train.out).toMatch(/exp_avg of conv1\.weight/);
  const text = await callCli("plan", "espcn", "--input", "2x1x9x9", "--train");
  expect(text.out).toMatch(/ conv1 +outer product /);
  expect(text.out).toMatch(/arena [\d,]+ bytes/);
});

test.each([
  { args: ["summary", "vgg99", "--input", "1x3x8x8"], message: "unknown model vgg99. Close are vgg19" },
  { args: ["summary", "readme.md"], message: "is no kind of file that holds a network here: give a .ts, .js, " },
  { args: ["summary", "espcn", "--input", "1xax8"], message: "--input must be sizes such as 1x3x224x224" },
  { args: ["summary", "espcn-x2", "--scale", "3", "--input", "1x1x8x8"], message: "is for scale 2, not 3" },
  { args: ["summary", "espcn", "--input", "1x3x8x8"], message: "conv1 (Conv2d 1→64, 5×5): needs 1 input channel" },
  { args: ["summary", "."], message: "holds no config.json" },
  { args: ["summary", "net.ts"], message: "--input is missing" },
  { args: ["summary", "resnet18", "--scale", "2"], message: "resnet18: takes no --scale; it takes --classes" },
  { args: ["plan", "other.safetensors", "--input", "1x1x8x8"], message: "holds weights of no network" },
  {
    args: ["summary", "near.safetensors"],
    message: "of the nearest, lenet, fc1.bias is [500], and in the file it is [2]. Name your module (net.ts) instead",
  },
  { args: ["summary", "none.ts", "--input", "1x1x8x8"], message: "needs a default export that is a network" },
  { args: ["summary", "", "--input", "1x1x8x8"], message: "holds no config.json" },
])("one clear line: $message", async ({ args: [command, model, ...rest], message }) => {
  const name = /\.|^$/.test(model!) ? path(model!) : model!;
  const { good, out, err } = await callCli(command!, name, ...rest);
  expect(good).toBe(false);
  // A network that the input does not fit still has its table.
  if (!message.startsWith("conv1")) expect(out).toBe("");
  expect(err).toContain(message);
  expect(err.trim().split("\n")).toHaveLength(1);
});

test("formats, conventions, explanations, folding and memory", async () => {
  const vgg = await callCli("summary", "vgg16", "--convention", "torchvision", "--json");
  expect(JSON.parse(vgg.out).totals.macs).toBe(15_470_264_320);
  const explained = await callCli("summary", "vgg16", "--convention", "torchvision", "--explain", "ptflops");
  expect(explained.out).toMatch(/total +15,523,225,576 +15,470,264,320 +-52,961,256/);
  const all = await callCli("summary", "lenet5", "--explain");
  expect(all.out).toMatch(/^onnx-tool /m);
  const folded = await callCli("summary", "resnet18", "--fold", "--depth", "1");
  expect(folded.out).toContain("batch norm: 20 folded into the convolution before, 0 kept");
  const flat = await callCli("summary", "lenet5", "--flat", "--csv");
  expect(flat.out.trim().split(/\r?\n/).length).toBeGreaterThan(10);
  const memory = await callCli("summary", "lenet5", "--memory", "--json");
  const { inference, training, tile } = JSON.parse(memory.out).memory;
  expect(training.totalBytes).toBeGreaterThan(inference.totalBytes);
  const text = await callCli("summary", "lenet5", "--memory");
  expect(text.out).toMatch(
    new RegExp(`memory on wasm with \\d+ threads? and register tiles of ${tile.join("x")}, in bytes`),
  );
  expect(text.out).toMatch(/training step \(MSELoss, Adam\): [\d,]+ = arena/);
});

test.each(["csv", "markdown", "latex"])("%s is rows alone", async (format) => {
  const { good, out } = await callCli("summary", "resnet18", `--${format}`, "--fold", "--depth", "1");
  expect(good).toBe(true);
  expect(out).not.toContain("batch norm:");
  for (const extra of [["--memory"], ["--explain"], ["--explain", "thop", "--memory"]]) {
    const refused = await callCli("summary", "lenet5", `--${format}`, ...extra);
    const names = extra.filter((each) => each.startsWith("--")).sort((a) => (a === "--memory" ? -1 : 1));
    expect(refused).toEqual({
      good: false,
      out: "",
      err: `convsmith: summary: --${format} goes without ${names.join(" and ")}: leave it out, or use --json\n`,
    });
  }
});

test.each([
  { args: ["--convention", "foo"], line: "--convention must be one of exact, torchvision, .*, google, got foo" },
  { args: ["--explain", "foo"], line: "--explain must be one of exact, torchvision, .*, google, got foo" },
  { args: ["--convention"], line: "--convention needs a value" },
  { args: ["--input"], line: "--input needs a value" },
  { args: ["-o"], line: "-o needs a value" },
  { args: ["--classes", "abc"], line: "--classes must be a number, got abc" },
  { args: ["--classes", "2.5"], line: "--classes must be a whole number from 1, got 2.5" },
  { args: ["--scale", "-2"], line: "--scale must be a whole number from 1, got -2" },
  { args: ["--width-multiplier", "0"], line: "--width-multiplier must be a number above 0, got 0" },
  { args: ["--width-multiplier", "wide"], line: "--width-multiplier must be a number, got wide" },
  { args: ["--depth", "x"], line: "--depth must be a number, got x" },
  { args: ["--depth", "0"], line: "--depth must be a whole number from 1, got 0" },
])("usage: $line", async ({ args, line }) => {
  const { good, out, err } = await callCli("summary", "lenet5", ...args);
  expect([good, out]).toEqual([false, ""]);
  expect(err).toMatch(new RegExp(`^convsmith: ${line}(. See convsmith --help.)?\n$`));
});

test("a page is written to a file; one format at a time", async () => {
  const { good, out, err } = await callCli("summary", "lenet5", "--html", "-o", path("net.html"));
  expect([good, out, err]).toEqual([true, "", `Wrote ${path("net.html")}\n`]);
  expect(await readFile(path("net.html"), "utf8")).toContain("<!doctype html>");
  const two = await callCli("summary", "lenet5", "--html", "--csv");
  expect(two.err).toContain("one format at a time, got --csv and --html");
  const explained = await callCli("summary", "lenet5", "--html", "--explain", "-o", path("no.html"));
  expect(explained.err).toBe("convsmith: summary: --html goes without --explain: leave it out, or use --json\n");
});

test("a module that throws at every size is told by what it threw, not by channels that were tried", async () => {
  const { good, out, err } = await callCli("summary", path("throws.ts"));
  expect([good, out]).toEqual([false, ""]);
  expect(err).toMatch(
    /^convsmith: Net: no square up to 512 by 512 is accepted. At \[1, 3, 224, 224\]: Net: its forward threw TypeError: .*foo/,
  );
});

test("a network that fails: the table up to there, the error, and what the network takes", async () => {
  const { good, out, err } = await callCli("summary", "alexnet", "--input", "1x3x32x32");
  expect(good).toBe(false);
  expect(out).toMatch(/ 12 +MaxPool2d +✗ failed/);
  expect(err).toMatch(
    /^convsmith: features\.12 \(MaxPool2d\): needs .*alexnet takes \[N, 3, H, W\] with H and W from 63\.\n$/,
  );
  const thrown = await callCli("summary", path("throws.ts"), "--input", "1x3x8x8");
  expect(thrown.out).toMatch(/conv +Conv2d 3→4/);
  expect(thrown.err).toContain("Net: its forward threw TypeError: ");
  expect(thrown.err.trim().split("\n")).toHaveLength(1);
});
