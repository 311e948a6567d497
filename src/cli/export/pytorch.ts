import type { Network } from "../../analysis/index.ts";
import {
  checkExportFolder,
  type PytorchFolder,
  type PytorchRecipe,
  writePytorchFolder,
} from "../../formats/pytorch/export/index.ts";
import { manualSeed } from "../../tensor/index.ts";
import { UsageError } from "../errors.ts";
import type { FoundModel } from "../model.ts";
import { shellWord } from "../shell-word.ts";
import { torchPosition } from "./pytorch-checkpoint.ts";
import { pytorchOrigin } from "./pytorch-origin.ts";
import type { ExportTarget } from "./target.ts";

export const pytorch: ExportTarget = {
  options: {
    start: { type: "boolean", describe: "pytorch: of a run, the weights that it began with, to train it there" },
  },
  checkOut: checkExportFolder,
  async write({ model, weights, out, options }) {
    const { recipe, metadata, isRun, unlike } = await pytorchOrigin(model, options);
    const { inputShape, name } = model;
    if (options.start && !(isRun && recipe)) {
      throw new UsageError(`--start is for a run's folder${unlike ? ` without ${unlike}` : ""}. Leave it out.`);
    }
    const network = options.start ? await startOf(model, recipe!.seed) : model.network;
    const position = isRun && recipe && !options.start ? await torchPosition(name, network.parameters().length) : null;
    const made = await writePytorchFolder(out, network, { inputShape, model: name, metadata, recipe, position });
    return {
      facts: { ...made, train: recipe?.task ?? null, step: position?.step ?? null },
      text: text(out, options.start ? `${name} at its start` : weights, made, recipe, position?.step ?? null, unlike),
    };
  },
};

/** The network as the run made it: from the run's seed. */
async function startOf({ make }: FoundModel, seed: number): Promise<Network> {
  manualSeed(seed);
  return await make();
}

function text(
  out: string,
  weights: string | null,
  made: PytorchFolder,
  recipe: PytorchRecipe | null,
  step: number | null,
  unlike: string | null,
): string {
  const names = made.files.join(", ");
  const lines = [
    `wrote ${out}: ${names}`,
    `class ${made.className}, ${made.parameters.toLocaleString("en-US")} parameters`,
    `weights: ${weights ?? "random ones; name others with --weights file.safetensors"}`,
    recipe
      ? `train: cd ${shellWord(out)} && torchrun --nproc_per_node 2 train.py --data ${recipe.data ? shellWord(recipe.data) : "FOLDER"}`
      : `train.py: none, as it ${unlike ? `can't go on with ${unlike}` : "is for classifiers and for super-resolution of one channel"}`,
    ...(step === null ? [] : [`with --resume it goes on from step ${step} of the run`]),
    `bring the weights back: convsmith import ${shellWord(out)} -o weights.safetensors`,
  ];
  return lines.join("\n");
}
