import { ArgumentError, ConvsmithError } from "../../core/errors.ts";
import { closestNames } from "../../core/names.ts";
import type { ModelOptions } from "../../models/ready-model.ts";
import { createModel, models, optionsOf } from "../../models/registry.ts";
import { torchvisionModels } from "../../models/torchvision.ts";
import type { Network } from "../fit.ts";
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

export type KnownClassifierRecipe = ClassificationRecipe & {
  /** [channels, height, width]; null: what the network is known for. */
  readonly input: readonly number[] | null;
  /** Mean and standard deviation of each channel, in [0, 1]; null: ImageNet's for torchvision's networks, else 0.5 and 0.25. */
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
};

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Heads that torchvision's files have and a network without auxiliary outputs has not. */
const auxiliary = /^(AuxLogits|aux[12])\./;

/** Training of a network that has a name, or fine-tuning where weights are given. @throws ConvsmithError for an unknown name. */
export function knownClassifierKind(network: string): TaskKind<KnownClassifierRecipe> {
  const name = Object.keys(models).find((each) => each.toLowerCase() === network.toLowerCase());
  if (!name || name === "unet" || !optionsOf(name).includes("classes")) {
    const close = closestNames(network, [...Object.keys(models), "espcn"]).join(", ");
    throw new ConvsmithError(
      `train: unknown network ${network}. Close are ${close}. Use one of these, or the path of a module such as net.ts.`,
    );
  }
  return {
    name,
    defaults: { ...classificationDefaults, lr: 1e-3, warmup: 10, batch: 32, input: null, mean: null, std: null },
    limit: { epochs: 10 },
    check: (recipe) => {
      checkClassification(recipe);
      checkInput(recipe.input);
      if ((recipe.mean === null) !== (recipe.std === null)) {
        throw new ArgumentError("training: --mean and --std belong together: give both, or none");
      }
      if (recipe.weights === null && recipe.freeze !== null) {
        throw new ArgumentError("training: --freeze would keep random weights as they are: name others with --weights");
      }
    },
    create: async (recipe, watcher, resumed) => {
      const published = Object.hasOwn(torchvisionModels, name);
      const { inputHint } = createModel(name);
      const shape = (recipe.input ?? inputHint.slice(1)) as InputShape;
      const { mean, std, seed } = recipe;
      const normalize = mean && std ? { mean, std } : published && shape[0] === 3 ? imagenet : null;
      // As 256 is to 224.
      const resize = published || recipe.augment === "crop" ? Math.round((Math.max(shape[1], shape[2]) * 8) / 7) : null;
      const split = await loadClassification(recipe.data, { shape, seed, normalize, resize }, watcher);
      const heads = optionsOf(name).includes("auxLogits");
      const options: ModelOptions = { classes: split.classes.length, ...(heads && { auxLogits: false }) };
      const model = createModel(name, options).network as Network;
      await prepareNetwork(model, recipe, resumed, (key) => !(heads && auxiliary.test(key)));
      return classificationTask(name, { name, options: { ...options } }, model, split, recipe);
    },
  };
}

/** Trains or fine-tunes a network that convsmith knows by name on a folder of pictures; see trainEspcn. */
export const trainKnownClassifier = (network: string, recipe: Partial<KnownClassifierRecipe>, controls: RunControls) =>
  startRun(knownClassifierKind(network), recipe, controls);
