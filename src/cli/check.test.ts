import { expect, test } from "vitest";
import { callCli } from "../testing/call-cli.ts";

test("budgets that are kept: a line each, success", async () => {
  const { good, out, err } = await callCli(
    ...["check", "espcn-x3", "--input", "1x1x36x64"],
    ...["--max-params", "22_729", "--max-flops", "1G", "--min-field", "9"],
  );
  expect([good, err]).toEqual([true, ""]);
  expect(out).toMatch(/✓ {2}parameters +≤ 22\.73K +22\.73K +100% +conv2 81%/);
  expect(out).toMatch(/✓ {2}receptive field +≥ 9 px +9 px/);
  expect(out).not.toContain("over the limit");
});

test("a budget that is exceeded by one: failure, and the layers that take most of it", async () => {
  const { good, out, err } = await callCli("check", "espcn-x3", "--input", "1x1x36x64", "--max-params", "22728");
  expect(good).toBe(false);
  expect(err).toBe("convsmith: espcn-x3: keeps 0 of 1 budgets, not that of parameters\n");
  expect(out).toMatchInlineSnapshot(`
    "espcn-x3 on [1, 1, 36, 64]
       budget         limit  actual  of limit  most of it in
    ────────────────────────────────────────────────────────
    ✗  parameters  ≤ 22,728  22,729     >100%  conv2 81%

    parameters: 1 over the limit. It goes to
      conv2  Conv2d 64→32, 3×3  18.46K   81%
      conv3  Conv2d 32→9, 3×3   2.601K   11%
      conv1  Conv2d 1→64, 5×5   1.664K  7.3%
    "
  `);
});

test("a little less than a limit is not all of it", async () => {
  const args = ["check", "espcn-x3", "--input", "1x1x36x64", "--convention", "torchvision"];
  const { out } = await callCli(...args, "--max-params", "22730");
  expect(out).toMatch(/≤ 22,730 +22,729 +<100% /);
  const exact = await callCli(...args, "--max-params", "22729");
  expect(exact.out).toMatch(/22\.73K +22\.73K +100% /);
});

test("the field of a classifier is that before its global pooling, and says how far it is off", async () => {
  const args = ["check", "resnet18", "--min-field", "500"];
  const { good, out } = await callCli(...args);
  expect(good).toBe(false);
  expect(out.replaceAll("\n  ", " ")).toContain(
    "receptive field: 435 px, 65 px short; it grows up to layer4.1.conv2 (Conv2d 512→512, 3×3); from avgpool on it is the whole input",
  );
  // Squeeze and excitation sees the whole input in the middle of the network.
  const gated = await callCli("check", "mobilenet_v3_small", "--min-field", "500");
  expect(gated.good).toBe(true);
  expect(gated.out.replaceAll("\n  ", " ")).toContain("every position sees the whole input");
});

test("memory: its parts as JSON add up, for a device and threads; a training step takes more", async () => {
  const memoryOf = async (...more: string[]) => {
    const { good, out } = await callCli(
      ...["check", "espcn-x2", "--input", "1x1x32x32", "--max-memory", "1GB", "--json", ...more],
    );
    expect(good).toBe(true);
    return JSON.parse(out);
  };
  const inference = await memoryOf();
  const [{ actual, limit, contributors }] = inference.budgets;
  expect(limit).toBe(1e9);
  expect(contributors.reduce((sum: number, each: { amount: number }) => sum + each.amount, 0)).toBe(actual);
  const amountOf = (name: string) => contributors.find(({ path }: { path: string }) => path === name)?.amount;
  expect(amountOf("parameters")).toBe(4 * 21_284);
  // The largest map is given out by the first layer.
  expect(amountOf("conv1")).toBeGreaterThanOrEqual(4 * 64 * 32 * 32);
  const tile = [expect.any(Number), expect.any(Number)];
  expect(inference.memory).toMatchObject({ device: "wasm", tile, train: false });
  const { out } = await callCli("check", "espcn-x2", "--max-memory", "1GB");
  const [rows, columns] = inference.memory.tile;
  expect(out.replaceAll("\n  ", " ")).toContain(` and register tiles of ${rows}x${columns}: parameters`);
  const training = await memoryOf("--train");
  expect(training.budgets[0].actual).toBeGreaterThan(actual + 3 * 4 * 21_284);
});

test.each([
  { args: [], message: "check: needs a budget: --max-params, --max-macs, --max-flops, --max-activations" },
  {
    args: ["--max-flops", "1G", "--convention", "torchvision"],
    message: "check: torchvision prints MACs alone: use --max-macs with it, or another --convention for --max-flops",
  },
  {
    args: ["--max-macs", "1G", "--max-params", "1G", "--convention", "google"],
    message: "check: google prints FLOPs alone: use --max-flops with it",
  },
  { args: ["--max-params", "lots"], message: "--max-params must be a count above 0 such as 5M" },
  { args: ["--max-memory", "5 parsecs"], message: "--max-memory must be a size above 0 such as 200MB" },
  { args: ["--min-field", "0"], message: "--min-field must be a whole number from 1, got 0" },
  { args: ["--min-field", "3.5"], message: "--min-field must be a whole number from 1, got 3.5" },
  { args: ["--max-params", "5M", "--input", "1x3x9x9"], message: "conv1 (Conv2d 1→64, 5×5): needs 1 input channel" },
])("one clear line: $message", async ({ args, message }) => {
  const { good, out, err } = await callCli("check", "espcn", ...args);
  expect([good, out]).toEqual([false, ""]);
  expect(err).toContain(message);
  expect(err.trim().split("\n")).toHaveLength(1);
});
