import type { LayerSpec } from "./workload.ts";

/** The options that a layer ends with. */
export function optionsOf(layer: LayerSpec): Readonly<Record<string, number | boolean | string>> {
  const last = layer.at(-1);
  return typeof last === "object" ? last : {};
}

/** Keys of each layer's weight and bias in the state_dict of the sequence. */
export const parametersOf = (layers: readonly LayerSpec[]): string[][] =>
  layers.map(([name], at) => (name === "Conv2d" || name === "Linear" ? [`${at}.weight`, `${at}.bias`] : []));
