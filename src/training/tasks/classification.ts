import { ArgumentError, ConvsmithError } from "../../core/errors.ts";
import { DataLoader, type Dataset } from "../../data/node.ts";
import { CrossEntropyLoss } from "../../nn/index.ts";
import { Adam } from "../../optim/index.ts";
import { noGrad, tensor, zeros } from "../../tensor/index.ts";
import { checkChoice, checkPositive, checkWhole } from "../checks.ts";
import type { Network } from "../fit.ts";
import type { NetworkFacts } from "../run-config.ts";
import { warmupCosine } from "../schedule.ts";
import type { Outcome, Task } from "../task.ts";
import type { ClassificationSplit } from "./classification-data.ts";
import { checkFineTuning, type FineTuning, noFineTuning } from "./fine-tuning.ts";

/** How a classifier is trained. */
export type ClassificationRecipe = FineTuning & {
  readonly data: string;
  readonly seed: number;
  readonly lr: number;
  readonly finalLr: number;
  readonly warmup: number;
  readonly batch: number;
  readonly augment: "none" | "flip" | "dihedral" | "crop";
};

export const classificationDefaults = {
  ...noFineTuning,
  data: undefined,
  seed: 0,
  lr: 2e-3,
  finalLr: 0.01,
  warmup: 100,
  batch: 64,
  augment: "none",
} as const;

export function checkClassification(recipe: ClassificationRecipe): void {
  const { lr, finalLr, warmup, batch, augment } = recipe;
  checkPositive({ lr, finalLr });
  checkWhole({ warmup, batch });
  checkChoice("augment", augment, ["none", "flip", "dihedral", "crop"]);
  checkFineTuning(recipe);
}

/** @throws ArgumentError unless it is null, or three whole numbers from 1. */
export function checkInput(input: readonly number[] | null): void {
  if (!input || (input.length === 3 && input.every((each) => Number.isInteger(each) && each > 0))) return;
  throw new ArgumentError(`training: the input must be CxHxW, such as 3x32x32, got ${input.join("x")}`);
}

/** @throws ConvsmithError where the network does not fit the pictures or the number of classes. */
export function classificationTask(
  name: string,
  network: NetworkFacts,
  model: Network,
  split: ClassificationSplit,
  recipe: ClassificationRecipe,
): Task {
  const { training, validation, classes, inputShape, normalize, resize, judgedBy } = split;
  const { seed, lr, finalLr, warmup, batch, augment } = recipe;
  checkOutput(name, model, inputShape, classes.length);
  return {
    name,
    title: `${network.name === "module" ? network.options.name : network.name}, ${classes.length} classes`,
    network,
    model,
    optimizer: new Adam(
      model.parameters().filter(({ requiresGrad }) => requiresGrad),
      { lr },
    ),
    loss: new CrossEntropyLoss(),
    // Batch norm has no variance over the one value of a single small picture.
    loader: new DataLoader(training, {
      batchSize: batch,
      seed,
      augment,
      dropLast: training.length % batch === 1 && batch > 1 && training.length > batch,
    }),
    schedule: warmupCosine({ warmupSteps: warmup, final: finalLr }),
    data: {
      input: inputShape,
      mean: normalize.mean,
      std: normalize.std,
      ...(resize !== null && { resize }),
      classes,
      pictures: training.length,
      heldBack: validation.length,
    },
    metric: { key: "accuracy", label: "Accuracy", unit: "%", digits: 2 },
    validate: async () => {
      const { counts, loss } = await confusion(model, validation, classes.length);
      return { accuracy: accuracyOf(counts), validationLoss: loss };
    },
    finish: async () => outcome(classes, judgedBy, (await confusion(model, validation, classes.length)).counts),
  };
}

function checkOutput(name: string, model: Network, input: readonly number[], classes: number): void {
  if (model.parameters().length === 0) throw new ConvsmithError(`${name}: the network has no parameters to train`);
  // Two pictures: batch norm in training needs more than one.
  model.eval();
  const { shape } = noGrad(() => model.forward(zeros([2, ...input])));
  if (shape.length === 2 && shape[1] === classes) return;
  throw new ConvsmithError(
    `${name}: the network gives [${shape.join(", ")}] for 2 pictures, and the data has ${classes} classes: needs [2, ${classes}], one number for each class. End it with new nn.Linear(…, ${classes}).`,
  );
}

const validationBatch = 250;

/** `counts[actual][predicted]` and the mean cross-entropy, in evaluation. `batchSize`: that of a network which takes no other. */
export async function confusion(
  model: Network,
  data: Dataset<Int32Array>,
  classes: number,
  batchSize = validationBatch,
) {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const loader = new DataLoader(data, { batchSize, shuffle: false });
  let loss = 0;
  model.eval();
  for (const { input, target } of loader.epoch(0)) {
    const output = noGrad(() => model.forward(tensor(input.data, input.shape)));
    const logits = (await output.take()) as Float32Array;
    for (const [at, actual] of target.data.entries()) {
      const row = logits.subarray(at * classes, (at + 1) * classes);
      const largest = row.reduce((max, each) => Math.max(max, each), Number.NEGATIVE_INFINITY);
      counts[actual]![row.indexOf(largest)]!++;
      let sum = 0;
      for (const each of row) sum += Math.exp(each - largest);
      loss += Math.log(sum) + largest - row[actual]!;
    }
  }
  return { counts, loss: loss / data.length };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/** In percent. */
function accuracyOf(counts: readonly (readonly number[])[]): number {
  return (100 * sum(counts.map((row, index) => row[index]!))) / sum(counts.map(sum));
}

/** Accuracy in percent, of all pictures and class by class. */
export function classificationResults(classes: readonly string[], counts: readonly (readonly number[])[]) {
  const perClass = classes.map((name, index) => {
    const row = counts[index]!;
    const pictures = sum(row);
    // A class may have no picture among those held back.
    return { name, pictures, accuracy: pictures > 0 ? (100 * row[index]!) / pictures : null };
  });
  return { accuracy: accuracyOf(counts), classes: perClass, confusion: counts };
}

function outcome(classes: readonly string[], judgedBy: string, counts: readonly (readonly number[])[]): Outcome {
  const results = classificationResults(classes, counts);
  const rows = [...results.classes, { name: "all", pictures: sum(counts.map(sum)), accuracy: results.accuracy }];
  return {
    results,
    report: {
      metrics: {
        title: `Accuracy, ${judgedBy}`,
        columns: [{ label: "class" }, { label: "pictures", digits: 0 }, { label: "accuracy (%)" }],
        rows: rows.map(({ name, pictures, accuracy }) => [name, pictures, accuracy]),
      },
      confusion: { classes, counts },
    },
  };
}
