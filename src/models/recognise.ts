import type { ModelOptions, ReadyModel } from "./ready-model.ts";
import { createModel, models, optionsOf } from "./registry.ts";

/** What recognising needs of a file's tensors, under their state_dict keys. */
export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** A network of the zoo as it has to be made for a file's weights. */
export interface Recognised extends ReadyModel {
  readonly name: string;
  readonly options: ModelOptions;
}

/** A network that a file's weights nearly fit, and the first key that does not. */
export interface NearMiss {
  readonly name: string;
  readonly key: string;
  /** Null: the network, or the file, has no such tensor. */
  readonly expected: readonly number[] | null;
  readonly found: readonly number[] | null;
}

/** The first key of a family's state_dicts: a file tells by it which networks need not be made. */
const firstKeys: readonly (readonly [names: RegExp, key: string])[] = [
  [/^(espcn|lenet|srcnn|(wide_)?resnet\d+(_2)?|resnext.*)$/, "conv1.weight"],
  [/^fsrcnn$/, "extract.0.weight"],
  [/^unet$/, "down.0.0.weight"],
  [/^(alexnet|lenet5|mnistCnn|squeezenet.*|vgg.*)$/, "features.0.weight"],
  [/^(convnext|efficientnet|mobilenet)_/, "features.0.0.weight"],
  [/^densenet/, "features.conv0.weight"],
  [/^googlenet$/, "conv1.conv.weight"],
  [/^inception_v3$/, "Conv2d_1a_3x3.conv.weight"],
  [/^mnasnet/, "layers.0.weight"],
  [/^regnet_/, "stem.0.weight"],
  [/^shufflenet_/, "conv1.0.weight"],
];

export const firstKeyOf = (name: string): string | undefined => firstKeys.find(([names]) => names.test(name))?.[1];

/**
 * The network of the zoo whose state_dict has just these keys and shapes, with as many classes as the file's last layer gives;
 * where there is none, the one that shares the most tensors with the file; null where none shares half of its own.
 */
export function recognise(tensors: Shapes): Recognised | NearMiss | null {
  let nearest: NearMiss | null = null;
  let most = 0;
  for (const name of Object.keys(models)) {
    if (!tensors.has(firstKeyOf(name) ?? "")) continue;
    for (const options of variants(name)) {
      const { ready, miss, equal, keys, ...made } = fitted(name, options, tensors);
      if (!miss) return { name, options: made.options, ...ready };
      if (equal <= most || equal < keys / 2) continue;
      nearest = miss;
      most = equal;
    }
  }
  return nearest;
}

function variants(name: string): readonly ModelOptions[] {
  const options = optionsOf(name);
  if (options.includes("scale")) return [{ scale: 3 }, { scale: 2 }, { scale: 4 }];
  return options.includes("auxLogits") ? [{}, { auxLogits: name === "googlenet" }] : [{}];
}

/** The network of these options, with another number of classes where that alone keeps the tensors from fitting. */
function fitted(name: string, options: ModelOptions, tensors: Shapes) {
  const made = compared(name, options, tensors);
  if (!made.miss?.expected || made.keys !== tensors.size || !optionsOf(name).includes("classes")) return made;
  const classes = tensors.get(made.last)?.shape[0];
  if (!classes) return made;
  const other = compared(name, { ...options, classes }, tensors);
  return other.miss ? made : other;
}

function compared(name: string, options: ModelOptions, tensors: Shapes) {
  const ready = createModel(name, options);
  const state = ready.network.stateDict();
  let equal = 0;
  let keys = state.size;
  let last = "";
  let miss: NearMiss | null = null;
  for (const [key, { shape }] of state) {
    const found = tensors.get(key)?.shape ?? null;
    // Files of before PyTorch 0.4.1 have none, and it loads without.
    if (!found && key.endsWith("num_batches_tracked")) keys--;
    else if (`${found}` === `${shape}`) equal++;
    else miss ??= { name, key, expected: shape, found };
    last = key;
  }
  if (!miss && keys < tensors.size) {
    const [key, { shape }] = [...tensors].find(([each]) => !state.has(each))!;
    miss = { name, key, expected: null, found: shape };
  }
  return { ready, options, equal, miss, last, keys };
}
