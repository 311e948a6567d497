import { StateDictError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import type { Module, NamedArray } from "../nn/index.ts";
import { matcher } from "./freeze.ts";

/** Numbers under their state_dict keys, and the file that they are from. */
export interface PretrainedWeights {
  readonly path: string;
  readonly weights: ReadonlyMap<string, NamedArray>;
}

/**
 * Gives a network the weights of a file, but for the layers that `replaced` names: those keep their fresh ones, whatever
 * shapes the file has for them.
 * @throws StateDictError that says which layers do not fit, before anything has changed; ArgumentError for a pattern that no layer has.
 */
export function loadPretrained(network: Module, file: PretrainedWeights, replaced: readonly string[] = []): void {
  const state = network.stateDict();
  const isFresh = matcher(network, replaced);
  const given = new Map([...file.weights].filter(([name]) => !isFresh(name)));
  const problems: string[] = [];
  const layers = new Set<string>();
  const problem = (name: string, text: string) => {
    problems.push(text);
    layers.add(name.slice(0, Math.max(0, name.lastIndexOf("."))) || name);
  };
  for (const [name, { shape }] of state) {
    const value = given.get(name);
    if (isFresh(name) || (!value && name.endsWith("num_batches_tracked"))) continue;
    if (!value) problem(name, `${name} is missing`);
    else if (!sameShape(value.shape, shape) && value.shape.length + shape.length !== 1)
      problem(name, `${name} is [${value.shape.join(", ")}], and needs [${shape.join(", ")}]`);
  }
  for (const name of given.keys()) if (!state.has(name)) problem(name, `${name} has no place`);
  if (problems.length > 0) {
    const shown = problems.length > 4 ? [...problems.slice(0, 3), `… (${problems.length} in all)`] : problems;
    const known = [...layers].filter((path) => network.namedModules().has(path));
    const advice =
      known.length === layers.size && known.length <= 4
        ? `Let what differs start fresh: --replace ${known.join(" ")}`
        : "They are of another network: name that one, or other keys with --rename";
    throw new StateDictError(`${file.path}: does not fit ${network.constructor.name}: ${shown.join("; ")}. ${advice}.`);
  }
  network.loadStateDict(given, { strict: false });
}
