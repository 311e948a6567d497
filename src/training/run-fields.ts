import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConvsmithError } from "../core/errors.ts";

/** A field of a run's config.json is missing, or is not what training writes there. */
export class RunConfigError extends ConvsmithError {
  override name = "RunConfigError";
  readonly file: string;
  readonly field: string;
  constructor(file: string, field: string, rule: string, got: unknown) {
    const found = got === undefined ? "nothing" : JSON.stringify(got);
    const shown = found.length > 60 ? `${found.slice(0, 60)}…` : found;
    super(`${file}: ${field || "its content"} must be ${rule}, got ${shown}. Put back what training wrote.`);
    this.file = file;
    this.field = field;
  }
}

const isWhole = (value: unknown, from: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= from;
const isAbove0 = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value > 0;

/** An object of a run's config.json: each field is checked when it is read. @throws RunConfigError by every reader. */
export class RunFields {
  readonly #file: string;
  readonly #path: string;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(file: string, path: string, value: unknown) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new RunConfigError(file, path, "an object", value);
    this.#file = file;
    this.#path = path;
    this.#values = new Map(Object.entries(value));
  }

  /** Whether there is one; null, which options that were not given are, is none. */
  has(name: string): boolean {
    return (this.#values.get(name) ?? null) !== null;
  }

  object(name: string): RunFields {
    return new RunFields(this.#file, this.#pathOf(name), this.#values.get(name));
  }

  text(name: string): string {
    return this.#read(name, "a text", (value) => typeof value === "string");
  }

  texts(name: string): readonly string[] {
    return this.#read(
      name,
      "a list of texts",
      (value): value is string[] => Array.isArray(value) && value.every((each) => typeof each === "string"),
    );
  }

  flag(name: string): boolean {
    return this.#read(name, "true or false", (value) => typeof value === "boolean");
  }

  /** Above 0. */
  number(name: string): number {
    return this.#read(name, "a number above 0", isAbove0);
  }

  whole(name: string, from = 1): number {
    return this.#read(name, `a whole number from ${from}`, (value) => isWhole(value, from));
  }

  /** Finite ones; `length`: how many, where that is known. */
  numbers(name: string, length?: number): readonly number[] {
    const rule = `a list of ${length === undefined ? "" : `${length} `}numbers`;
    return this.#read(
      name,
      rule,
      (value): value is number[] =>
        Array.isArray(value) &&
        value.every((each) => Number.isFinite(each)) &&
        value.length === (length ?? value.length),
    );
  }

  /** [channels, height, width] of pictures. */
  shape(name: string): readonly [number, number, number] {
    return this.#read(
      name,
      "[channels, height, width]",
      (value): value is [number, number, number] =>
        Array.isArray(value) && value.length === 3 && value.every((each) => isWhole(each, 1)),
    );
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const rule = `one of ${choices.join(", ")}`;
    return this.#read(name, rule, (value): value is T => choices.some((each) => each === value));
  }

  #read<T>(name: string, rule: string, fits: (value: unknown) => value is T): T {
    const value = this.#values.get(name);
    if (fits(value)) return value;
    throw new RunConfigError(this.#file, this.#pathOf(name), rule, value);
  }

  #pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}

/** config.json of a run's folder. @throws ConvsmithError for a folder that has none, or whose file is no JSON object. */
export async function readRunFields(folder: string): Promise<RunFields> {
  const file = join(folder, "config.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const none = error instanceof Error && "code" in error && error.code === "ENOENT";
    const reason = none ? "holds no config.json, so it is no run's folder" : "its config.json can't be read";
    throw new ConvsmithError(`${folder}: ${reason}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConvsmithError(`${folder}: its config.json can't be read: it is no JSON. Put back what training wrote.`);
  }
  return new RunFields(file, "", value);
}
