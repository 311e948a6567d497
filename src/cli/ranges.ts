import { UsageError } from "./errors.ts";

/** One thing that is swept over. */
export interface Axis {
  /** "height and width", "scale". */
  readonly name: string;
  readonly values: readonly number[];
}

/** What a run of the sweep is called with; `at` holds its value on each axis. */
export interface Combination {
  readonly input?: string;
  readonly scale?: number;
  readonly classes?: number;
  readonly at: readonly number[];
}

export interface Sweep {
  readonly axes: readonly Axis[];
  readonly combinations: readonly Combination[];
}

/** More runs than this are refused. */
export const combinationLimit = 200;

/**
 * Every combination of the ranges in the options, the last one changing fastest. A range is written as in the shell:
 * {160..320..32}, {2..4} or {160,224}. Where --input has three parts and the last is a range, it is height and width.
 * @throws UsageError for one that can't be read, where there is none, or for too many combinations.
 */
export function readSweep(options: Readonly<Partial<Record<"input" | "scale" | "classes", string>>>): Sweep {
  const input = options.input === undefined ? [] : inputAxes(options.input);
  const rest = (["scale", "classes"] as const).flatMap((name) => {
    const text = options[name];
    return text === undefined ? [] : [{ name, values: readRange(`--${name}`, text) }];
  });
  const all = [...input, ...rest];
  const axes = all.filter(({ values }) => values.length > 1);
  if (axes.length === 0) {
    throw new UsageError("sweep: needs a range in --input, --scale or --classes, such as --input '1x3x{160..320..32}'");
  }
  const count = all.reduce((product, { values }) => product * values.length, 1);
  if (count > combinationLimit) {
    throw new UsageError(
      `sweep: the ranges make ${count.toLocaleString("en-US")} combinations, more than ${combinationLimit}. Use larger steps`,
    );
  }
  const combinations = product(all.map(({ values }) => values)).map((values): Combination => {
    const of = (name: string) => values[all.findIndex((axis) => axis.name === name)];
    const sizes = input.flatMap(({ name }, at) => (name === square ? [values[at]!, values[at]!] : [values[at]!]));
    return {
      ...(options.input === undefined ? {} : { input: sizes.join("x") }),
      ...(options.scale === undefined ? {} : { scale: of("scale")! }),
      ...(options.classes === undefined ? {} : { classes: of("classes")! }),
      at: values.filter((_, at) => all[at]!.values.length > 1),
    };
  });
  return { axes, combinations };
}

const square = "height and width";

function inputAxes(text: string): Axis[] {
  const parts = text.split(/[x×]/i).map((part) => readRange("--input", part));
  const names =
    parts.length === 3 && parts[2]!.length > 1
      ? ["batch", "channels", square]
      : ["batch", "channels", "height", "width"].slice(0, parts.length);
  return parts.map((values, at) => ({ name: names[at] ?? `size ${at + 1}`, values }));
}

/** "160", "{160..320..32}" or "{160,224}". */
function readRange(option: string, text: string): number[] {
  const said = text.trim();
  const whole = /^(\d+)$|^\{(\d+(?:,\d+)*)\}$/.exec(said);
  const [, first, last, step = "1"] = /^\{(\d+)\.\.(\d+)(?:\.\.-?(\d+))?\}$/.exec(said) ?? [];
  const values = whole
    ? (whole[1] ?? whole[2]!).split(",").map(Number)
    : first
      ? steps(option, +first, +last!, +step)
      : [];
  if (values.length === 0 || values.some((value) => !Number.isSafeInteger(value) || value < 1)) {
    throw new UsageError(
      `${option}: needs whole numbers from 1 and ranges such as '{160..320..32}' or '{160,224}' (in quotes), got ${said || "nothing"}`,
    );
  }
  return [...new Set(values)];
}

/** From first to last, whichever is larger, as the shell does it. */
function steps(option: string, first: number, last: number, step: number): number[] {
  if (step === 0) throw new UsageError(`${option}: needs a step from 1 in {${first}..${last}..0}`);
  const count = Math.floor(Math.abs(last - first) / step) + 1;
  if (count > combinationLimit) {
    throw new UsageError(
      `${option}: {${first}..${last}..${step}} are ${count.toLocaleString("en-US")} values, more than ${combinationLimit}. Use a larger step`,
    );
  }
  return Array.from({ length: count }, (_, at) => first + Math.sign(last - first) * at * step);
}

function product(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]]);
}
