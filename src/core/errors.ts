/** Text without line ends and codes that steer terminals, which names from files may hold. */
export const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, " ");

/** The root of every error that convsmith throws on purpose: its message is one line meant for the user. */
export class ConvsmithError extends Error {
  override name = "ConvsmithError";

  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
  }
}

/** A shape rule is broken. `got` is printed from the values that were checked. */
export class ShapeError extends ConvsmithError {
  override name = "ShapeError";
  constructor(subject: string, rule: string, got: Readonly<Record<string, unknown>> = {}, advice = "") {
    super(describe(subject, rule, got, advice));
  }
}

/** An argument is not one of the values that are accepted. */
export class ArgumentError extends ConvsmithError {
  override name = "ArgumentError";
}

/** A tensor depends on a value that has since been replaced. */
export class StaleTensorError extends ConvsmithError {
  override name = "StaleTensorError";
}

/** A file is damaged, hostile, or not of the type that was expected. */
export class FileFormatError extends ConvsmithError {
  override name = "FileFormatError";
  readonly file: string;
  readonly offset: number;
  constructor(file: string, problem: string, offset = 0) {
    super(`${file}: ${problem} (at byte ${offset})`);
    this.file = file;
    this.offset = offset;
  }
}

/** A state_dict does not fit a network. */
export class StateDictError extends ConvsmithError {
  override name = "StateDictError";
}

function describe(subject: string, rule: string, got: Readonly<Record<string, unknown>>, advice: string): string {
  const facts = Object.entries(got).map(([key, value]) => `${key} ${format(value)}`);
  return `${subject}: ${rule}${facts.length > 0 ? `, got ${facts.join(", ")}` : ""}${advice ? `. ${advice}` : ""}`;
}

function format(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}
