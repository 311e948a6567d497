import { UsageError } from "./errors.ts";

/** An option's number, where it is whole and in its range. Undefined where it is left out. @throws UsageError */
export function checkWhole<Value extends number | undefined>(
  option: string,
  value: Value,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): Value {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return value;
  throw refusal(option, `${value}`, least, most);
}

/** As checkWhole, of an option that is read as text. */
export function readWhole<Text extends string | undefined>(
  option: string,
  text: Text,
  least: number,
): Text extends string ? number : number | undefined;
export function readWhole(option: string, text: string | undefined, least: number): number | undefined {
  if (text !== undefined && !/^\d+$/.test(text.trim())) throw refusal(option, text || "nothing", least);
  return checkWhole(option, text === undefined ? undefined : Number(text), least);
}

function refusal(option: string, got: string, least: number, most = Number.MAX_SAFE_INTEGER): UsageError {
  const range = most === Number.MAX_SAFE_INTEGER ? `${least}` : `${least} to ${most}`;
  return new UsageError(`${option} must be a whole number from ${range}, got ${got}`);
}
