import { basename, extname, resolve } from "node:path";
import { loadNetworkModule, type PackageModules } from "../network-module.ts";
import { type RunControls, startRun, type TaskKind } from "../start-run.ts";
import {
  type ClassificationRecipe,
  checkClassification,
  checkInput,
  classificationDefaults,
  classificationTask,
} from "./classification.ts";
import { type InputShape, loadClassification } from "./classification-data.ts";
import { prepareNetwork } from "./fine-tuning.ts";

export type UserNetworkRecipe = ClassificationRecipe & {
  /** Path of the module whose default export is the network. */
  readonly module: string;
  /** [channels, height, width]; null: what the module or the data says. */
  readonly input: readonly number[] | null;
};

/** @param modules convsmith as the module imports it. */
export function userNetworkKind(modules: PackageModules): TaskKind<UserNetworkRecipe> {
  return {
    name: "module",
    defaults: { ...classificationDefaults, lr: 1e-3, module: undefined, input: null },
    limit: { epochs: 10 },
    check: (recipe) => {
      checkClassification(recipe);
      checkInput(recipe.input);
    },
    create: async (recipe, watcher, resumed) => {
      const path = resolve(recipe.module);
      const loaded = await loadNetworkModule(path, modules);
      const shape = (recipe.input as InputShape | null) ?? loaded.input;
      // A random part is cut from more than the input.
      const resize = recipe.augment === "crop" && shape ? Math.round((Math.max(shape[1], shape[2]) * 8) / 7) : null;
      const split = await loadClassification(recipe.data, { shape, seed: recipe.seed, resize }, watcher);
      const [channels, height, width] = split.inputShape;
      const request = { classes: split.classes.length, channels, height, width };
      const network = { name: "module", options: { name: basename(path, extname(path)), module: path, ...request } };
      const model = await loaded.create(request);
      await prepareNetwork(model, recipe, resumed);
      return classificationTask("module", network, model, split, recipe);
    },
  };
}

/** Trains the network of a user's module on a folder of pictures or MNIST files; see trainEspcn. */
export const trainUserNetwork = (recipe: Partial<UserNetworkRecipe>, modules: PackageModules, controls: RunControls) =>
  startRun(userNetworkKind(modules), recipe, controls);
