import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import stringWidth from "string-width";
import { afterAll, afterEach, expect, test } from "vitest";
import { callCli } from "../testing/call-cli.ts";
import { terminalColumns, wrappedText } from "./wrapped-text.ts";

const before = Object.getOwnPropertyDescriptor(process.stdout, "columns");
afterEach(() => {
  if (before) Object.defineProperty(process.stdout, "columns", before);
  else Reflect.deleteProperty(process.stdout, "columns");
});

afterAll(() => rm(join(tmpdir(), "convsmith-wrapped.png"), { force: true }));

const setColumns = (value: number | undefined) =>
  Object.defineProperty(process.stdout, "columns", { value, configurable: true });

test("whole words, behind the text's own spaces and then behind the indent", () => {
  expect(wrappedText("one two three four", "    ", 13)).toBe("one two\n    three\n    four");
  expect(wrappedText("  one two three", "", 9)).toBe("  one two\nthree");
  expect(wrappedText("  one two three four", "  ", 9)).toBe("  one two\n  three\n  four");
  setColumns(undefined);
  expect(terminalColumns()).toBe(100);
  setColumns(40);
  expect(
    wrappedText("word ".repeat(20))
      .split("\n")
      .map(({ length }) => length),
  ).toEqual([39, 39, 19]);
});

const espcn = ["espcn", "--input", "1x1x12x12"];

test.each([
  ["check", ...espcn, "--max-memory", "1kB", "--max-params", "5", "--min-field", "999", "--train"],
  ["check", "resnet18", "--min-field", "500"],
  ["sweep", "espcn", "--input", "1x1x{8,12}", "--train"],
  ["diff", "espcn", "srcnn", "--input", "1x1x24x24"],
  ["diff", "densenet121", "--fold", "--input", "1x3x32x32"],
  ["solve", "field", ...espcn, "--want", "13"],
  ["solve", "size", "224", "112", "--kernel", "7"],
  ["solve", "input", "unet"],
  ["solve", "budget", ...espcn, "--max-memory", "8MB"],
  ["summary", ...espcn, "--memory"],
  ["plan", ...espcn],
  ["field", ...espcn, "--draws", "1", "--threads", "1", "-o", join(tmpdir(), "convsmith-wrapped.png")],
])("no line is wider than the terminal: %s %s %s %s %s", async (...args) => {
  for (const columns of [60, 80]) {
    setColumns(columns);
    const { out } = await callCli(...args);
    expect(out).not.toBe("");
    // The path of a file stays whole.
    const lines = out.split("\n").filter((line) => !line.startsWith("  written "));
    for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
  }
});
