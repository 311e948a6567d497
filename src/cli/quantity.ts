import { UsageError } from "./errors.ts";

const thousands = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 } as const;
const bytes = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 };

const number = /^(\d+(?:\.\d*)?|\.\d+)(e\d+)?\s*([a-z]*)$/;

/**
 * A count such as a budget of parameters: "5M", "0.5k", "1e9", "1_000_000" (K, M, G, T: thousands, millions, …).
 * @throws UsageError that names the option and shows what it takes.
 */
export function parseCount(option: string, text: string): number {
  const value = read(text, thousands);
  if (value !== null) return value;
  throw new UsageError(`${option} must be a count above 0 such as 5M, 0.5k, 1G or 250000, got ${quoted(text)}`);
}

/**
 * Bytes: "200MB" (millions), "200MiB" (2²⁰), "4096" or "4096B"; "200M" is read as 200MB.
 * @throws UsageError that names the option and shows what it takes.
 */
export function parseBytes(option: string, text: string): number {
  const value = read(text, { ...thousands, ...bytes });
  if (value !== null) return value;
  throw new UsageError(`${option} must be a size above 0 such as 200MB, 1.5GiB, 64kB or 4096, got ${quoted(text)}`);
}

/** Rounded down to a whole number from 1; null where it can't be read. A fraction needs a unit that makes it more than 1. */
function read(text: string, units: Readonly<Record<string, number>>): number | null {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/(?<=\d)[_,](?=\d{3})/g, "");
  const [, digits, exponent = "", unit] = number.exec(plain) ?? [];
  if (digits === undefined) return null;
  const factor = unit === "" ? 1 : units[unit!];
  if (factor === undefined) return null;
  // Rounded first: 1.1 × 1e6 is a little more than 1100000.
  const value = Math.floor(Number((Number(digits + exponent) * factor).toPrecision(15)));
  return value >= 1 && Number.isSafeInteger(value) ? value : null;
}

const quoted = (text: string) => (text === "" ? "nothing" : text);

const scales = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "K"],
] as const;

/** A count in four digits at most, or so many: "4.97M", "312". */
export function countText(value: number, digits = 4): string {
  return scaled(value, "", digits);
}

/** Bytes in four digits at most, in decimal units: "4.97 MB", "312 B". */
export function bytesText(value: number): string {
  return `${scaled(value, " ").replace("K", "k")}${value < 1000 ? " " : ""}B`;
}

function scaled(value: number, space: string, digits = 4): string {
  const [scale, name] = scales.find(([each]) => Math.abs(value) >= each) ?? [1, ""];
  return name === "" ? `${value}` : `${Number((value / scale).toPrecision(digits))}${space}${name}`;
}
