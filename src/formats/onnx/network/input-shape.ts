import { ArgumentError, ConvsmithError } from "../../../core/errors.ts";
import type { Shape } from "../../../core/shape.ts";
import { inFile, shownName } from "../in-file.ts";
import { mostAxes } from "../tensor.ts";
import type { Value } from "../value_pb.ts";
import { type Dimension, dimensionsOf } from "./told-shapes.ts";

export interface OnnxInput {
  readonly name: string;
  /** Null where the file does not tell the rank. */
  readonly dimensions: readonly Dimension[] | null;
  /** ONNX's number of its element type; 0 where the file does not tell it. */
  readonly type: number;
  /** Where it begins in the file; null for a model that was made in memory. */
  readonly byte: number | null;
}

/** @throws ConvsmithError for sizes that nothing has. */
export function inputOf(value: Value, byte: number | null): OnnxInput {
  const { name, type } = value;
  const dimensions = dimensionsOf(value);
  const sizes = dimensions?.filter((each) => typeof each === "number") ?? [];
  const total = sizes.reduce((product, size) => product * size, 1);
  if (!sizes.every((size) => size > 0) || !Number.isSafeInteger(total) || (dimensions?.length ?? 0) > mostAxes) {
    throw new ConvsmithError(
      `input ${shownName(name)} has the shape [${shown(dimensions!)}], but needs at most ${mostAxes} sizes from 1, of fewer than 2^53 elements`,
    );
  }
  return { name, dimensions, type: type?.tensorType?.elemType ?? 0, byte };
}

const shown = (dimensions: readonly Dimension[]) => dimensions.map((each) => each ?? "?").join(", ");

/** A network of one input, as its file says it. */
interface Described {
  readonly file: string;
  /** Where its graph begins in the file. */
  readonly byte: number | null;
  readonly inputs: readonly OnnxInput[];
}

/**
 * The shape of a network's input. `sizes`: those of named dimensions; a batch that is left open is 1.
 * @throws ArgumentError that names a dimension without a size, and a size without a dimension.
 */
export function inputShapeOf({ file, byte, inputs }: Described, sizes: ReadonlyMap<string, number> = new Map()): Shape {
  const [input, second] = inputs;
  return inFile(file, (second ?? input)?.byte ?? byte, () => shapeOf(inputs, sizes));
}

function shapeOf(inputs: readonly OnnxInput[], sizes: ReadonlyMap<string, number>): Shape {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) {
    const names = inputs.length === 0 ? "" : ` (${fewInputs(inputs)})`;
    throw new ArgumentError(`has ${inputs.length} inputs${names}: only networks of one are taken here`);
  }
  const { name, dimensions } = input;
  if (!dimensions) throw new ArgumentError(`does not tell the shape of ${name}. Give it: --input 1x3x224x224.`);
  if (dimensions.length === 0)
    throw new ArgumentError(`its input ${name} is a single number: nothing to lay a network on`);
  const named = dimensions.filter((each) => typeof each === "string");
  const stray = [...sizes.keys()].find((each) => !named.includes(each));
  if (stray !== undefined) {
    const there = named.length > 0 ? `the named dimensions ${named.join(", ")}` : "no named dimensions";
    throw new ArgumentError(`its input ${name} has no dimension ${stray}, but ${there}`);
  }
  return dimensions.map((each, axis) => {
    if (typeof each === "number") return each;
    const size = each === null ? undefined : sizes.get(each);
    if (size !== undefined) return size;
    if (axis === 0) return 1;
    const way = each === null ? "--input 1x3x224x224" : `--dim ${each}=224, or --input 1x3x224x224`;
    throw new ArgumentError(`its input ${name} [${shown(dimensions)}] leaves dimension ${axis} open. Give ${way}.`);
  });
}

/** A few of them: a damaged file may have thousands. */
export function fewInputs(inputs: readonly OnnxInput[]): string {
  const shown = inputs.slice(0, 4).map(({ name }) => name);
  return `${shown.join(", ")}${inputs.length > 4 ? ` and ${inputs.length - 4} more` : ""}`;
}
