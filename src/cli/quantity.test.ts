import { expect, test } from "vitest";
import { bytesText, countText, parseBytes, parseCount } from "./quantity.ts";

test.each([
  ["5M", 5_000_000],
  ["1G", 1e9],
  ["0.5k", 500],
  ["2.5K", 2500],
  ["1.1M", 1_100_000],
  ["3T", 3e12],
  ["250000", 250_000],
  ["1_000_000", 1_000_000],
  ["1,500", 1500],
  ["1e9", 1e9],
  [" 7 m ", 7_000_000],
  [".5M", 500_000],
])("parseCount %s", (text, value) => expect(parseCount("--max-params", text)).toBe(value));

test.each([
  ["200MB", 200e6],
  ["200MiB", 200 * 2 ** 20],
  ["1.5GiB", 1.5 * 2 ** 30],
  ["64kB", 64_000],
  ["64 KiB", 65_536],
  ["200M", 200e6],
  ["4096", 4096],
  ["4096B", 4096],
])("parseBytes %s", (text, value) => expect(parseBytes("--max-memory", text)).toBe(value));

test.each(["", "5X", "-5M", "M", "0", "0.5", "1e999", "NaN", "5MB", "five", "1.2.3", "1,2", "99999T"])(
  "a count that can't be read: %j",
  (text) => {
    expect(() => parseCount("--max-params", text)).toThrow(
      `--max-params must be a count above 0 such as 5M, 0.5k, 1G or 250000, got ${text === "" ? "nothing" : text}`,
    );
  },
);

test.each(["", "5X", "-1MB", "0B", "5MBB", "MiB"])("bytes that can't be read: %j", (text) => {
  expect(() => parseBytes("--max-memory", text)).toThrow("--max-memory must be a size above 0 such as 200MB");
});

test("written in few digits", () => {
  expect([countText(312), countText(4_970_123), countText(1e9), countText(1500)]).toEqual([
    "312",
    "4.97M",
    "1G",
    "1.5K",
  ]);
  expect([bytesText(312), bytesText(64_000), bytesText(200 * 2 ** 20)]).toEqual(["312 B", "64 kB", "209.7 MB"]);
  expect([countText(999_999), countText(0)]).toEqual(["1000K", "0"]);
});
