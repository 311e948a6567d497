import { ArgumentError, ConvsmithError } from "../../core/errors.ts";
import { parseRenaming } from "../../formats/node.ts";
import { readWeights } from "../../models/node.ts";
import type { Module } from "../../nn/index.ts";
import { freeze, unfreeze } from "../freeze.ts";
import { loadPretrained } from "../pretrained.ts";

/** What a network starts from, and what of it is trained. */
export type FineTuning = {
  /** A file of weights, or a run's folder; null: fresh weights. */
  readonly weights: string | null;
  /** Of a checkpoint: the dict with the weights. */
  readonly key: string | null;
  /** Other names for the file's keys, such as "module->". */
  readonly rename: readonly string[] | null;
  /** Layers that keep fresh weights instead of the file's, which may be of other shapes. */
  readonly replace: readonly string[] | null;
  /** Layers that are not trained; "all": every one but those that are replaced. */
  readonly freeze: readonly string[] | null;
};

export const noFineTuning: FineTuning = { weights: null, key: null, rename: null, replace: null, freeze: null };

/** @throws ArgumentError for options that say nothing without weights. */
export function checkFineTuning({ weights, key, rename, replace }: FineTuning): void {
  if (weights !== null) return;
  const [name] = Object.entries({ replace, key, rename }).find(([, value]) => value !== null) ?? [];
  if (name) throw new ArgumentError(`training: --${name} is about a file of weights: name it with --weights`);
}

/**
 * Gives a network its weights and freezes layers.
 * @param keys which of the file's keys count: null for all.
 * @param resumed its weights come from a checkpoint: the file is not read again.
 * @throws ConvsmithError for weights that do not fit, patterns that name no layer, and a network of which all is frozen.
 */
export async function prepareNetwork(
  network: Module,
  recipe: FineTuning,
  resumed: boolean,
  keys: ((name: string) => boolean) | null = null,
): Promise<void> {
  const { weights, key, rename, replace } = recipe;
  if (weights !== null && !resumed) {
    const options = { ...(key !== null && { key }), rename: (rename ?? []).map(parseRenaming) };
    const file = await readWeights(weights, options);
    const kept = keys ? new Map([...file.weights].filter(([name]) => keys(name))) : file.weights;
    loadPretrained(network, { ...file, weights: kept }, replace ?? []);
  }
  if (recipe.freeze === null) return;
  freeze(network, ...recipe.freeze.map((pattern) => (pattern === "all" ? "*" : pattern)));
  unfreeze(network, ...(replace ?? []));
  if (network.parameters().some(({ requiresGrad }) => requiresGrad)) return;
  const last = [...network.namedChildren().keys()].at(-1);
  throw new ConvsmithError(
    `${network.constructor.name}: all layers are frozen, and none is left to train. Name one that starts fresh, such as --replace ${last}.`,
  );
}
