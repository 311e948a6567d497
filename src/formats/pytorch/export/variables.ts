import { freeName, identifierOf, isIdentifier } from "./python.ts";

/** One line of a forward: what it gives, and the values that it reads, in order. */
export interface Statement<Value> {
  readonly targets: readonly Value[];
  readonly operands: readonly Value[];
  /** What a value that is kept for later is called. */
  readonly hint: string;
}

/** Names for values that flow from line to line; those that are kept for later have the name of their layer. */
const flow = ["x", "out", "y", "z"];

/**
 * A name for each value: what goes on to the next layer keeps the name of what it came from, `x`; what is used again later
 * is called by its layer.
 */
export function nameValues<Value>(
  parameters: readonly Value[],
  statements: readonly Statement<Value>[],
  outputs: readonly Value[],
): { readonly names: ReadonlyMap<Value, string>; readonly parameters: readonly string[] } {
  const names = new Map<Value, string>();
  const kept = new Set(["self", "torch", "nn", "F"]);
  const given = parameters.map((value, at) => {
    const name = at === 0 ? "x" : `x${at + 1}`;
    names.set(value, name);
    // A layer may be called x2, too.
    if (at > 0) kept.add(name);
    return name;
  });
  const uses = new Map<Value, { at: number; first: boolean }[]>();
  const use = (value: Value, at: number, first: boolean) =>
    uses.set(value, [...(uses.get(value) ?? []), { at, first }]);
  for (const [at, { operands }] of statements.entries()) {
    for (const [index, value] of operands.entries()) use(value, at, index === 0 && operands.length < 3);
  }
  for (const value of outputs) use(value, statements.length, outputs.length === 1);
  const lastUse = (value: Value) => Math.max(-1, ...(uses.get(value) ?? []).map(({ at }) => at));
  const alive = new Map<string, Value>(parameters.map((value, at) => [given[at]!, value]));
  for (const [at, { targets, operands, hint }] of statements.entries()) {
    const dying = operands.filter((value) => lastUse(value) <= at).map((value) => names.get(value)!);
    for (const [name, value] of alive) if (lastUse(value) <= at) alive.delete(name);
    for (const target of targets) {
      const all = uses.get(target) ?? [];
      const goesOn = targets.length === 1 && all.length === 1 && all[0]!.first;
      const free = flow.find((name) => !alive.has(name) && !kept.has(name));
      const same = dying.find((name) => flow.includes(name));
      const name = (goesOn && (same ?? free)) || freeName(variableOf(hint), kept);
      names.set(target, name);
      alive.set(name, target);
    }
  }
  return { names, parameters: given };
}

function variableOf(hint: string): string {
  const snake = hint.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return isIdentifier(snake) && !flow.includes(snake) ? snake : `${identifierOf(snake, "value")}_out`;
}
