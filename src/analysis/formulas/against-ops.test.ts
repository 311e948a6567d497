import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Generator } from "../../core/generator.ts";
import * as nn from "../../nn/index.ts";
import * as f from "../index.ts";

/** Whole numbers from `least` to `most`, the same at every run. */
function whole(seed: number) {
  const numbers = new Generator(seed);
  return (least: number, most: number) => least + Math.floor(numbers.uniform() * (most - least + 1));
}

/** Value, or the reason why there is none. */
function attempt<T>(body: () => T): T | "refused" {
  try {
    return body();
  } catch {
    return "refused";
  }
}

function recorded(layer: nn.Layer, shape: number[]) {
  const { totals, layers } = f.summarize(layer, shape);
  return { shape: layers[0]!.outputShape!, ...totals };
}

test("sizes and costs of random convolutions are those of the recorded op, or both refuse", () => {
  const draw = whole(1);
  let refused = 0;
  for (let round = 0; round < 300; round++) {
    const groups = draw(1, 3);
    const [inChannels, outChannels] = [groups * draw(1, 3), groups * draw(1, 3)];
    const options = { stride: draw(1, 4), padding: draw(0, 4), dilation: draw(1, 3), groups, bias: draw(0, 1) === 1 };
    const kernel = [draw(1, 5), draw(1, 5)] as const;
    const [height, width] = [draw(1, 12), draw(1, 12)];
    const actual = attempt(() =>
      recorded(new nn.Conv2d(inChannels, outChannels, kernel, options), [1, inChannels, height, width]),
    );
    const expected = attempt(() => {
      const output = [
        f.convOutputSize(height, kernel[0], options).value,
        f.convOutputSize(width, kernel[1], options).value,
      ] as const;
      return {
        shape: [1, outChannels, ...output],
        parameters: f.convParameters(inChannels, outChannels, kernel, options).value,
        macs: f.convMacs(inChannels, outChannels, kernel, output, options).value,
        flops: f.convFlops(inChannels, outChannels, kernel, output, options).value,
      };
    });
    if (expected === "refused") refused++;
    if (expected === "refused" || actual === "refused") expect(actual).toBe(expected);
    else expect(actual).toMatchObject(expected);
  }
  expect(refused).toBeGreaterThan(10);
  expect(refused).toBeLessThan(150);
});

test("sizes and costs of random transposed convolutions are those of the recorded op, or both refuse", () => {
  const draw = whole(2);
  let refused = 0;
  for (let round = 0; round < 300; round++) {
    const groups = draw(1, 3);
    const [inChannels, outChannels] = [groups * draw(1, 3), groups * draw(1, 3)];
    const options = {
      ...{ stride: draw(1, 4), padding: draw(0, 3), dilation: draw(1, 3), outputPadding: draw(0, 2) },
      ...{ groups, bias: draw(0, 1) === 1 },
    };
    const kernel = [draw(1, 5), draw(1, 5)] as const;
    const [height, width] = [draw(1, 6), draw(1, 6)];
    const actual = attempt(() =>
      recorded(new nn.ConvTranspose2d(inChannels, outChannels, kernel, options), [1, inChannels, height, width]),
    );
    const expected = attempt(() => ({
      shape: [
        ...[1, outChannels],
        f.convTransposeOutputSize(height, kernel[0], options).value,
        f.convTransposeOutputSize(width, kernel[1], options).value,
      ],
      parameters: f.convParameters(inChannels, outChannels, kernel, options).value,
      macs: f.convTransposeMacs(inChannels, outChannels, kernel, [height, width], options).value,
      flops: f.convTransposeFlops(inChannels, outChannels, kernel, [height, width], options).value,
    }));
    if (expected === "refused") refused++;
    if (expected === "refused" || actual === "refused") expect(actual).toBe(expected);
    else expect(actual).toMatchObject(expected);
  }
  expect(refused).toBeGreaterThan(10);
  expect(refused).toBeLessThan(200);
});

test("sizes of random poolings are those of the recorded op, or both refuse", () => {
  const draw = whole(3);
  let refused = 0;
  for (let round = 0; round < 300; round++) {
    const options = { stride: draw(1, 4), padding: draw(0, 2), dilation: draw(1, 3), ceilMode: draw(0, 1) === 1 };
    const [kernel, size] = [draw(1, 5), draw(1, 12)];
    const actual = attempt(() => recorded(new nn.MaxPool2d(kernel, options), [1, 1, size, size]).shape[3]);
    const expected = attempt(() => f.poolOutputSize(size, kernel, options).value);
    if (expected === "refused") refused++;
    expect(`${actual} for ${JSON.stringify({ kernel, size, options })}`).toBe(
      `${expected} for ${JSON.stringify({ kernel, size, options })}`,
    );
  }
  expect(refused).toBeGreaterThan(10);
  expect(refused).toBeLessThan(200);
});

test("costs and parameters of a linear layer are those of the recorded op", () => {
  for (const bias of [true, false]) {
    expect(recorded(new nn.Linear(10, 3, { bias }), [1, 10])).toMatchObject({
      parameters: f.linearParameters(10, 3, { bias }).value,
      macs: f.linearMacs(10, 3).value,
      flops: f.linearFlops(10, 3, { bias }).value,
    });
  }
});

test("TensorFlow's SAME padding gives ⌈W/S⌉ with the pixels that it says, and none to spare", () => {
  for (let input = 1; input <= 20; input++) {
    for (const [kernel, stride, dilation] of [
      [3, 2, 1],
      [4, 3, 1],
      [2, 2, 1],
      [3, 1, 2],
      [1, 3, 1],
      [7, 4, 1],
    ] as const) {
      const { before, after, output } = f.tensorflowSamePadding(input, kernel, { stride, dilation });
      const { value } = f.convOutputSize(input, kernel, { stride, dilation, padding: [before, after] });
      expect([value, output]).toEqual([Math.ceil(input / stride), Math.ceil(input / stride)]);
      expect(after - before === 0 || after - before === 1).toBe(true);
      if (after > 0) {
        const less = attempt(
          () => f.convOutputSize(input, kernel, { stride, dilation, padding: [before, after - 1] }).value,
        );
        expect(less).not.toBe(output);
      }
    }
  }
});

const shared = process.env.CONVSMITH_SHARED ?? fileURLToPath(new URL("../../../../shared", import.meta.url));
const path = `${shared}/reference/cost.json`;
const missing = !existsSync(path);
type Row = Readonly<Record<string, unknown>>;
const tables: Readonly<Record<string, readonly Row[]>> = missing ? {} : JSON.parse(readFileSync(path, "utf8")).tables;

/** "ConvTranspose2d(4,6,k=4,s=2,p=1)": the numbers, and those with a name. */
function parsed(layer: string) {
  const parts = layer.slice(layer.indexOf("(") + 1, -1).split(",");
  const plain = parts.filter((each) => !each.includes("=")).map(Number);
  const named = Object.fromEntries(parts.filter((each) => each.includes("=")).map((each) => each.split("=")));
  const number = (key: string, or: number) => Number(named[key] ?? or);
  return {
    ...{ inChannels: plain[0]!, outChannels: plain[1]!, kernel: plain[2] ?? number("k", 0) },
    options: {
      ...{ stride: number("s", 1), padding: number("p", 0), groups: number("groups", 1) },
      outputPadding: number("output_padding", 0),
    },
  };
}

describe.skipIf(missing)(`published figures${missing ? " (skipped: needs shared/reference/cost.json)" : ""}`, () => {
  // These tools count the products in the cropped border, too.
  test.each(tables.transposed_conv_vectors ?? [])("$layer, $source", (row) => {
    const { inChannels, outChannels, kernel, options } = parsed(row.layer as string);
    const [batch, , ...plane] = row.input as [number, number, number, number];
    const output = plane.map((size) => f.convTransposeOutputSize(size, kernel, options).value);
    const { value } = f.convTransposeMacs(inChannels, outChannels, kernel, plane, options);
    // The row of ptflops gives MACs and bias additions in words: 48 and 16.
    expect(batch * value).toBe(row.true_macs ?? 48);
    const biasAdditions = batch * outChannels * output[0]! * output[1]!;
    if (row.true_flops_2mac_plus_bias) expect(2 * batch * value + biasAdditions).toBe(row.true_flops_2mac_plus_bias);
    if (row.output) expect(output).toEqual((row.output as number[]).slice(2));
    if (row.params) expect(f.convParameters(inChannels, outChannels, kernel, options).value).toBe(row.params);
  });

  test.each(tables.torch_scan_readme ?? [])("torch-scan $layer", (row) => {
    const { inChannels, outChannels, kernel } = parsed(row.layer as string);
    const output = (row.output as number[]).slice(2) as [number, number];
    expect((row.input as number[]).slice(2).map((size) => f.convOutputSize(size, kernel).value)).toEqual(output);
    expect(f.convParameters(inChannels, outChannels, kernel).value).toBe(row.params);
    expect(f.convMacs(inChannels, outChannels, kernel, output).value).toBe(row.macs);
    expect(f.convFlops(inChannels, outChannels, kernel, output).value).toBe(row.flops);
  });

  // Convolutions of three dimensions are no layer here; one dimension is a plane of height 1.
  const planar = (tables.fvcore_tests_conv ?? []).filter(({ dims }) => dims !== 3);
  test.each(planar)("fvcore: $dims dimensions, $c_in→$c_out, kernel $kernel, stride $stride", (row) => {
    const { dims, batch, c_in, c_out, spatial, kernel, padding, stride, groups } = row as Readonly<
      Record<string, number>
    >;
    const size: readonly [number, number] = dims === 1 ? [1, kernel!] : [kernel!, kernel!];
    const options = { padding: padding!, stride: stride!, groups: groups! };
    if (row.transposed) {
      const transposed = { ...options, outputPadding: row.output_padding as number };
      const { value } = f.convTransposeMacs(c_in!, c_out!, size, [spatial!, spatial!], transposed);
      expect(batch! * value).toBe(row.expected_macs);
    } else {
      const side = f.convOutputSize(spatial!, kernel!, options).value;
      const { value } = f.convMacs(c_in!, c_out!, size, [dims === 1 ? 1 : side, side], options);
      expect(batch! * value).toBe(row.expected_macs);
    }
  });
});
