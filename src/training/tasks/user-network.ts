import { basename, extname, resolve } from "node:path";
import { ArgumentError } from "../../core/errors.ts";
import { loadNetworkModule, type PackageModules } from "../network-module.ts";
import { type RunControls, startRun, type TaskKind } from "../start-run.ts";
import {
  type ClassificationRecipe,
  checkClassification,
  classificationDefaults,
  classificationTask,
} from "./classification.ts";
import { type InputShape, loadClassification } from "./classification-data.ts";

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
      const { input } = recipe;
      if (input && !(input.length === 3 && input.every((each) => Number.isInteger(each) && each > 0))) {
        throw new ArgumentError(`training: the input must be CxHxW, such as 3x32x32, got ${input.join("x")}`);
      }
    },
    create: async (recipe, watcher) => {
      const path = resolve(recipe.module);
      const loaded = await loadNetworkModule(path, modules);
      const shape = (recipe.input as InputShape | null) ?? loaded.input;
      const split = await loadClassification(recipe.data, shape, recipe.seed, watcher);
      const [channels, height, width] = split.inputShape;
      const request = { classes: split.classes.length, channels, height, width };
      const network = { name: "module", options: { name: basename(path, extname(path)), module: path, ...request } };
      return classificationTask("module", network, await loaded.create(request), split, recipe);
    },
  };
}

/** Trains the network of a user's module on a folder of pictures or MNIST files; see trainEspcn. */
export const trainUserNetwork = (recipe: Partial<UserNetworkRecipe>, modules: PackageModules, controls: RunControls) =>
  startRun(userNetworkKind(modules), recipe, controls);
