import { LeNet } from "../../models/index.ts";
import { type RunControls, startRun, type TaskKind } from "../start-run.ts";
import {
  type ClassificationRecipe,
  checkClassification,
  classificationDefaults,
  classificationTask,
} from "./classification.ts";
import { loadClassification } from "./classification-data.ts";

export const lenetKind: TaskKind<ClassificationRecipe> = {
  name: "lenet",
  defaults: classificationDefaults,
  limit: { epochs: 3 },
  check: checkClassification,
  create: async (recipe, watcher) => {
    const split = await loadClassification(recipe.data, [1, 28, 28], recipe.seed, watcher);
    const options = { classes: split.classes.length };
    return classificationTask("lenet", { name: "lenet", options }, new LeNet(options), split, recipe);
  },
};

/** Trains a LeNet-style network on MNIST, a set of its format, or a folder of pictures; see trainEspcn. */
export const trainLenet = (recipe: Partial<ClassificationRecipe>, controls: RunControls) =>
  startRun(lenetKind, recipe, controls);
