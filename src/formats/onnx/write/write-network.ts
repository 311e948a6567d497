import { checkInputShape, inMode, type Network, placeholder, recordNetwork } from "../../../analysis/recording.ts";
import type { Cell } from "../../../core/cell.ts";
import { ArgumentError, ConvsmithError } from "../../../core/errors.ts";
import { numel, type Shape } from "../../../core/shape.ts";
import { noGrad, StoredTensor, Tensor } from "../../../tensor/index.ts";
import type { OnnxExport, OnnxExportOptions } from "../../export-onnx.ts";
import { version } from "../../package-version.ts";
import { encodeOnnx, type NamedValue, type StoredNumbers } from "./encode.ts";
import { dimensionNames, recordFree } from "./free-sizes.ts";
import { type Recordings, recordAll } from "./recordings.ts";
import { writeGraph } from "./writer.ts";

const oldest = 17;
const newest = 23;
/** Protobuf counts the bytes of a file in 31 bits. */
const mostBytes = 2 ** 31 - 2 ** 20;
const inputName = "input";

/** See exportOnnx. */
export async function writeNetwork(
  network: Network,
  inputShape: Shape,
  options: OnnxExportOptions,
): Promise<OnnxExport> {
  const { opset = oldest, fixedSize = false } = options;
  checkInputShape("exportOnnx", inputShape);
  if (!Number.isInteger(opset) || opset < oldest || opset > newest) {
    throw new ArgumentError(`exportOnnx: opset needs a whole number from ${oldest} to ${newest}, got ${opset}`);
  }
  const outputs = outputNames(network, inputShape);
  const write = (recordings: Recordings) => ({
    recordings,
    graph: writeGraph(network, recordings, opset, inputName, outputs),
  });
  const { written, free, fixed } = fixedSize
    ? { written: write(recordAll(network, [inputShape])), free: [], fixed: [] }
    : recordFree(network, inputShape, write);
  const { graph, recordings } = written;
  const names = dimensionNames(inputShape.length);
  const input: NamedValue = {
    name: inputName,
    type: "float",
    dimensions: inputShape.map((size, axis) => (free.includes(axis) ? names[axis]! : size)),
  };
  const ends = outputs.map((name, at) => outputValue(name, at, recordings, free, names));
  checkBytes(graph.stored);
  const bytes = encodeOnnx({
    opset,
    producerVersion: version,
    name: network.constructor.name,
    nodes: graph.nodes,
    stored: await numbersOf(graph.stored),
    inputs: [input],
    outputs: ends,
  });
  return { bytes, opset, nodes: graph.nodes.length, inputs: [input], outputs: ends, fixed };
}

/**
 * A single output is "output"; several have the names that the network gives them, or, where a tensor of the file has it,
 * that one with "_output". @throws what the network throws.
 */
function outputNames(network: Network, shape: Shape): string[] {
  // What it throws is told as every walk tells it.
  recordNetwork(network, shape);
  const names: string[] = [];
  const taken = new Set([inputName, ...network.stateDict().keys()]);
  const visit = (value: unknown, name: string) => {
    if (value instanceof Tensor) {
      let free = name || "output";
      while (taken.has(free)) free = `${free}_output`;
      taken.add(free);
      names.push(free);
    } else if (value !== null && typeof value === "object") {
      for (const [key, each] of Object.entries(value)) {
        const own = Array.isArray(value) ? `output${key}` : key;
        visit(each, name ? `${name}_${own}` : own);
      }
    }
  };
  visit(
    noGrad(() => inMode(network, false, () => network.forward(placeholder(shape)))),
    "",
  );
  return names;
}

/** A size that grows with one of the input's has its name; of any other that varies nothing is said. */
function outputValue(
  name: string,
  at: number,
  { recordings }: Recordings,
  free: readonly number[],
  names: readonly string[],
): NamedValue {
  const shapes = recordings.map(({ outputs }) => outputs[at]!.shape);
  const dimensions = shapes[0]!.map((size, axis) => {
    if (shapes.every((shape) => shape[axis] === size)) return size;
    for (const from of free) {
      const factor = size / recordings[0]!.input.shape[from]!;
      const alike = recordings.every(({ input }, which) => shapes[which]![axis] === factor * input.shape[from]!);
      if (alike && Number.isInteger(factor)) return factor === 1 ? names[from]! : `${factor}*${names[from]}`;
    }
    return null;
  });
  return { name, type: recordings[0]!.outputs[at]!.dtype === "int32" ? "int" : "float", dimensions };
}

function checkBytes(stored: ReadonlyMap<string, Cell>): void {
  const bytes = [...stored.values()].reduce((sum, { shape }) => sum + 4 * numel(shape), 0);
  if (bytes <= mostBytes) return;
  throw new ConvsmithError(
    `exportOnnx: the weights take ${(bytes / 1e9).toFixed(2)} GB, and an ONNX file holds at most ${(mostBytes / 1e9).toFixed(2)} GB`,
  );
}

async function numbersOf(stored: ReadonlyMap<string, Cell>): Promise<StoredNumbers[]> {
  const found: StoredNumbers[] = [];
  for (const [name, cell] of stored) {
    const numbers = await new StoredTensor(cell).data();
    found.push({ name, shape: cell.shape, numbers: Float32Array.from(numbers) });
  }
  return found;
}
