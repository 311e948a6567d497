/** Numbers and pairs as PyTorch prints them: (5, 5). */
export function tuple(value: number | readonly (number | null)[]): string {
  const pair = typeof value === "number" ? [value, value] : value;
  return `(${pair.map((each) => each ?? "None").join(", ")})`;
}

/** name=value, for those that are not undefined. */
export function keywords(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${print(value)}`)
    .join(", ");
}

function print(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  return Array.isArray(value) ? tuple(value) : String(value);
}

/** An options object as one would write it, "" where nothing is set: "{ padding: 2 }". */
export function literal(options: object): string {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return entries.length > 0
    ? `{ ${entries.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")} }`
    : "";
}

/** Shape of the first input of a forward, where it is a tensor. */
export function shapeOf(inputs: readonly unknown[]): readonly number[] | null {
  const [first] = inputs as [{ shape?: readonly number[] }?];
  return first?.shape ?? null;
}
