import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ConvsmithError } from "../../../core/errors.ts";
import type { Shape } from "../../../core/shape.ts";
import { fileError, writeFileAtomic } from "../../atomic-file.ts";
import { version } from "../../package-version.ts";
import type { PythonValue } from "./pickle-writer.ts";
import { pytorchState, serializePytorch } from "./serialize.ts";
import type { ExportedNetwork } from "./trace.ts";
import { type PytorchRecipe, writeTrainScript } from "./train-script.ts";
import { writePytorchModel } from "./write-model.ts";

/** What convsmith.json says of an exported network, so that its weights find back. */
export interface ExportFacts {
  readonly format: typeof exportFormat;
  readonly convsmith: string;
  /** What was exported, in the user's words. */
  readonly model: string;
  /** Metadata of the weights: which network they are of. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, Shape>>;
}

export const exportFormat = "convsmith export 1";

export interface PytorchFolder {
  readonly files: readonly string[];
  readonly className: string;
  readonly parameters: number;
}

export interface PytorchFolderOptions {
  readonly inputShape: Shape;
  readonly model: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Null: no train.py is written. */
  readonly recipe: PytorchRecipe | null;
  /** What train.py --resume goes on from, beside the weights; null: nothing. */
  readonly position?: { readonly step: number; readonly optimizer: PythonValue } | null;
}

/** Takes a folder that is empty, or holds an export that was not trained on. @throws ConvsmithError for any other. */
export async function checkExportFolder(folder: string): Promise<void> {
  const names: string[] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw fileError("write", folder, error);
  });
  if (names.includes("convsmith.json") && names.includes("log.jsonl")) {
    throw new ConvsmithError(
      `${folder}: holds a training by train.py (log.jsonl). Bring its weights back with convsmith import, or choose another folder (-o).`,
    );
  }
  const visible = names.filter((name) => !name.startsWith("."));
  if (visible.length === 0 || visible.includes("convsmith.json")) return;
  throw new ConvsmithError(`${folder}: holds other files (${visible[0]}). Choose an empty or a new folder (-o).`);
}

/** Writes a network as a folder of PyTorch's: model.py, weights.pth, and train.py where a recipe is given. */
export async function writePytorchFolder(
  folder: string,
  network: ExportedNetwork,
  { inputShape, model, metadata, recipe, position = null }: PytorchFolderOptions,
): Promise<PytorchFolder> {
  const origin = `${model}, as convsmith ${version} wrote it for PyTorch.`.replace(/[^ -~]|["\\]/g, "?");
  const { source, className } = writePytorchModel(network, inputShape, origin);
  const state = await pytorchState(network);
  const shapes = Object.fromEntries([...state].map(([name, { stored }]) => [name, stored.shape]));
  const facts: ExportFacts = { format: exportFormat, convsmith: version, model, metadata, state: shapes };
  const files = new Map<string, string | Uint8Array>([
    ["model.py", source],
    ["weights.pth", serializePytorch(state)],
    ...(recipe ? writeTrainScript(recipe, `Trains ${origin}`) : []),
    ...(position ? [["checkpoint.pth", serializePytorch({ model: state, ...position })] as const] : []),
    ["requirements.txt", recipe ? "torch>=1.13\npillow>=9\n" : "torch>=1.13\n"],
    ["README.md", readme(origin, inputShape, recipe !== null)],
    ["convsmith.json", `${JSON.stringify(facts, null, 2)}\n`],
  ]);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw fileError("write", folder, error);
  });
  // Of an earlier export: weights of another network, or another place to go on from.
  if (!position) await rm(join(folder, "checkpoint.pth"), { force: true });
  for (const [name, content] of files) await writeFileAtomic(join(folder, name), content);
  return {
    files: [...files.keys()],
    className,
    parameters: network.parameters().reduce((sum, { numel }) => sum + numel, 0),
  };
}

function readme(origin: string, inputShape: Shape, trains: boolean): string {
  const use = `# ${origin}

- \`model.py\`: the network, with the names of convsmith's state_dict
- \`weights.pth\`: its weights

\`\`\`python
import torch
from model import load_model

model = load_model().eval()
with torch.no_grad():
    print(model(torch.zeros(${inputShape.join(", ")})).shape)
\`\`\`
`;
  if (!trains) return use;
  return `${use}
- \`train.py\`: trains it, with \`convsmith_data.py\` for the pictures; settings are options (\`python3 train.py --help\`)

\`\`\`
python3 train.py --data photos
torchrun --nproc_per_node 4 train.py --data photos
torchrun --nproc_per_node 4 train.py --data photos --resume
\`\`\`

The processes share each batch, so any number of them trains on the same batches, in the order of convsmith's. What it
has learnt comes back with \`convsmith import\` and the name of this folder.
`;
}
