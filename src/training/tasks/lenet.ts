import { LeNet } from "../../models/index.ts";
import { type RunControls, startRun, type TaskKind } from "../start-run.ts";
import {
  type ClassificationRecipe,
  checkClassification,
  classificationDefaults,
  classificationTask,
} from "./classification.ts";
import { loadClassification } from "./classification-data.ts";
import { prepareNetwork } from "./fine-tuning.ts";

export const lenetKind: TaskKind<ClassificationRecipe> = {
  name: "lenet",
  defaults: classificationDefaults,
  limit: { epochs: 3 },
  check: checkClassification,
  create: async (recipe, watcher, resumed) => {
    const split = await loadClassification(recipe.data, { shape: [1, 28, 28], seed: recipe.seed }, watcher);
    const options = { classes: split.classes.length };
    const model = new LeNet(options);
    await prepareNetwork(model, recipe, resumed);
    return classificationTask("lenet", { name: "lenet", options }, model, split, recipe);
  },
};

/** Trains a LeNet-style network on MNIST, a set of its format, or a folder of pictures; see trainEspcn. */
export const trainLenet = (recipe: Partial<ClassificationRecipe>, controls: RunControls) =>
  startRun(lenetKind, recipe, controls);
