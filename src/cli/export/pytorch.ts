import {
  checkExportFolder,
  type PytorchFolder,
  type PytorchRecipe,
  writePytorchFolder,
} from "../../formats/pytorch/export/index.ts";
import { pytorchOrigin } from "./pytorch-origin.ts";
import type { ExportTarget } from "./target.ts";

export const pytorch: ExportTarget = {
  options: {},
  checkOut: checkExportFolder,
  async write({ model, weights, out, options }) {
    const { recipe, metadata } = await pytorchOrigin(model, options);
    const { network, inputShape, name } = model;
    const made = await writePytorchFolder(out, network, { inputShape, model: name, metadata, recipe });
    return { facts: { ...made, train: recipe?.task ?? null }, text: text(out, weights, made, recipe) };
  },
};

function text(out: string, weights: string | null, made: PytorchFolder, recipe: PytorchRecipe | null): string {
  const names = made.files.join(", ");
  const lines = [
    `wrote ${out}: ${names}`,
    `class ${made.className}, ${made.parameters.toLocaleString("en-US")} parameters`,
    `weights: ${weights ?? "random ones; name others with --weights file.safetensors"}`,
    recipe
      ? `train: cd ${out} && torchrun --nproc_per_node 2 train.py --data ${recipe.data || "FOLDER"}`
      : "train.py: none, as it is for classifiers and for super-resolution of one channel",
    `bring the weights back: convsmith import ${out} -o weights.safetensors`,
  ];
  return lines.join("\n");
}
