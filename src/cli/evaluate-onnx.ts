import { recordNetwork } from "../analysis/recording.ts";
import { ConvsmithError } from "../core/errors.ts";
import { isMnistFolder, loadMnist } from "../data/node.ts";
import type { Network } from "../training/node.ts";
import { UsageError } from "./errors.ts";
import { printAccuracy } from "./evaluate-classifier.ts";

interface Options {
  readonly data: string;
  readonly scale: number | undefined;
  /** What white is in the network's input. */
  readonly range: number;
  readonly json: boolean;
}

/** What an ONNX graph does: its file says shapes alone. */
export type OnnxTask =
  | { readonly kind: "super-resolution"; readonly network: Network; readonly scale: number }
  | {
      readonly kind: "classifier";
      readonly network: Network;
      readonly input: readonly number[];
      readonly batchSize: number | undefined;
    };

/** @throws ConvsmithError for a graph that neither enlarges grey pictures nor tells classes apart. */
export async function onnxTask(path: string, scale: number | undefined): Promise<OnnxTask> {
  const { inputShapeOf, readOnnxNetwork } = await import("../formats/onnx/network/node.ts");
  const graph = await readOnnxNetwork(path);
  if (graph.inputs.length !== 1 || graph.outputs.length !== 1) {
    const [given, found] = [graph.inputs.map(({ name }) => name), graph.outputs];
    throw new ConvsmithError(
      `${path}: evaluate needs one input and one output, got inputs [${given.join(", ")}] and outputs [${found.join(", ")}]`,
    );
  }
  // A single output is a tensor, not a record of tensors.
  const network = graph as typeof graph & Network;
  const [dimensions] = graph.inputs.map((each) => each.dimensions);
  const sides = dimensions?.slice(2) ?? [];
  const open = sides.length === 2 && sides.every((each) => typeof each !== "number");
  const input = open ? [1, Number(dimensions![1]) || 1, 32, 32] : inputShapeOf(graph);
  const [output] = recordNetwork(network, input).outputs;
  const shape = output!.shape;
  if (shape.length === 4 && input.length === 4 && input[1] === 1 && shape[1] === 1) {
    const found = shape[3]! / input[3]!;
    if (scale !== undefined && scale !== found) {
      throw new UsageError(`${path}: enlarges pictures ${found} times, not ${scale}. Leave --scale out.`);
    }
    return { kind: "super-resolution", network, scale: found };
  }
  if (shape.length === 2 && input.length === 4) {
    // Where the file says it, the graph may take no other.
    const [batch] = dimensions ?? [];
    const batchSize = typeof batch === "number" ? batch : undefined;
    return { kind: "classifier", network, input: input.slice(1), batchSize };
  }
  const said = `[${input.join(", ")}] → [${shape.join(", ")}]`;
  throw new ConvsmithError(`${path}: ${said} neither enlarges grey pictures nor gives a number for each class`);
}

/** Prints the accuracy on MNIST's test set: of other pictures a graph does not say which output is which class. */
export async function evaluateOnnxClassifier(
  path: string,
  { network, input, batchSize }: Extract<OnnxTask, { kind: "classifier" }>,
  { data, range, json }: Options,
): Promise<void> {
  if (!(await isMnistFolder(data))) {
    throw new UsageError(`${data}: is no folder of MNIST files, and ${path} does not tell the names of its classes`);
  }
  // Codes are given as 0 to 1.
  const channels = new Array<number>(input[0]!).fill(1);
  const normalize = { mean: channels.map(() => 0), std: channels.map(() => 1 / range) };
  const set = await loadMnist(data, "test", normalize);
  if (set.inputShape.join() !== input.join()) {
    throw new ConvsmithError(
      `${data}: its pictures are ${set.inputShape.join("x")}, and ${path} takes ${input.join("x")}`,
    );
  }
  await printAccuracy(network, set, set.classes, json, batchSize);
}
