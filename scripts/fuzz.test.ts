import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConvsmithError, FileFormatError } from "../src/core/errors.ts";
import { problemOf } from "../src/testing/fuzz/check-error.ts";
import { corpusOf, formatOf, formats, repository } from "../src/testing/fuzz/corpus.ts";
import type { Finding } from "../src/testing/fuzz/protocol.ts";
import { fuzz, openWorkshop } from "../src/testing/fuzz/run.ts";

const root = repository();
let workshop: Awaited<ReturnType<typeof openWorkshop>>;
beforeAll(async () => {
  workshop = await openWorkshop(root);
});
afterAll(() => workshop.close());

const told = (findings: readonly Finding[]) =>
  findings.map(({ index, kind, step, problem }) => `${kind} at ${step} of input ${index}: ${problem}`);

// They take a second; what is cut off half-way would be in the way of the next.
describe.each(formats)("%s", { timeout: 120_000 }, (format) => {
  it("a few changed files are read or refused as promised", async () => {
    const { inputs, read, refused, findings } = await fuzz(root, workshop.folder, format, { seed: 7, to: 40 });
    expect(told(findings)).toEqual([]);
    expect(read + refused).toBe(inputs);
    // Of the changes some leave a file that can be read.
    expect(Math.min(read, refused)).toBeGreaterThan(0);
  });

  it("files that went wrong once, and valid ones, do not any more", async () => {
    const folder = join(root, "fixtures/fuzz/regressions");
    const names = readdirSync(folder).filter((name) => formatOf(name) === format);
    const valid = corpusOf(format, root).map(({ name }) => join(root, "fixtures/fuzz/corpus", name));
    const files = [...names.map((name) => join(folder, name)), ...valid];
    const { read, findings } = await fuzz(root, workshop.folder, format, { to: files.length, files });
    expect(told(findings)).toEqual([]);
    // One valid network has an operator that is not known.
    expect(read).toBeGreaterThanOrEqual(valid.length - (format === "onnx" ? 1 : 0));
  });
});

it("every file that went wrong once is of a format that is tried", () => {
  for (const name of readdirSync(join(root, "fixtures/fuzz/regressions"))) expect(formatOf(name), name).not.toBeNull();
});

describe("a refusal is found to be bad", () => {
  const ofOnnx = (error: unknown) => problemOf(error, "/tmp/x.onnx", "onnx");
  it("unless it is one typed line that names the file and the byte", () => {
    expect(ofOnnx(new FileFormatError("/tmp/x.onnx", "it is cut off", 7))).toBeNull();
    expect(ofOnnx(new ConvsmithError("/tmp/x.onnx: node y is not known (at byte 7)"))).toBeNull();
  });
  it.each<[string, unknown, RegExp]>([
    ["a fault of the reader", new RangeError("Invalid array length"), /^untyped: RangeError/],
    ["what is no error", "no", /^untyped: no/],
    ["such a fault in words", new ConvsmithError("/tmp/x.onnx: its forward threw TypeError: x"), /^wrapped/],
    ["no file", new ConvsmithError("node y is not known (at byte 7)"), /^does not name the file/],
    ["no byte", new ConvsmithError("/tmp/x.onnx: node y is not known"), /^does not name the place/],
    ["pages", new ConvsmithError(`/tmp/x.onnx: ${"name, ".repeat(100)} (at byte 7)`), /characters/],
    ["no value", new ConvsmithError("/tmp/x.onnx: needs NaN channels (at byte 7)"), /^speaks of what is none/],
  ])("that says %s", (_, error, pattern) => expect(ofOnnx(error)).toMatch(pattern));
});
