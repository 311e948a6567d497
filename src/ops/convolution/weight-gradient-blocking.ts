import { chooseTile, evenParts } from "../../codegen/wasm/tiles.ts";
import type { Target } from "../../core/kernel.ts";
import type { TensorType } from "../../core/shape.ts";
import type { WeightGradientAttributes } from "./weight-gradient.ts";

/** What is baked into the kernels of a weight gradient. */
export interface WeightGradientGeometry {
  readonly channels: number;
  readonly outputs: number;
  readonly groups: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
  readonly dilation: readonly [height: number, width: number];
}

export function weightGradientGeometry(
  inputs: readonly TensorType[],
  { kernel_size, stride, dilation, groups }: WeightGradientAttributes,
): WeightGradientGeometry {
  const [channels, outputs] = [inputs[0]!.shape[1]!, inputs[1]!.shape[1]!];
  return { channels, outputs, groups, kernel: kernel_size, stride, dilation };
}

/** Parts of equal size along the vectors of a product: part i of the class covers `vectors` vectors. */
export interface VectorClass {
  /** Number of its first part. */
  readonly first: number;
  readonly parts: number;
  /** Vectors before its first part. */
  readonly start: number;
  readonly vectors: number;
  /** Elements by which the last vector is moved back, so that it ends where the channels end. */
  readonly shift: number;
  /** Lanes of a vector that hold elements: less than 4 only where there are fewer elements than that. */
  readonly lanes: number;
}

export interface RowClass {
  readonly start: number;
  readonly blocks: number;
  readonly rows: number;
}

/**
 * How the weight gradient is cut into register tiles. It is a sum of outer products over pixels; one side's numbers are
 * splatted (rows), the other's are loaded as vectors. The input's side is a run of neighbouring floats: all taps and
 * channels of a kernel row, or the channels of one tap where dilation or groups break the run.
 */
export interface Blocking {
  /** Rows are numbers of the input and vectors run over output channels; or the other way round. */
  readonly inputRows: boolean;
  /** Floats of a run, and runs for each kernel row. */
  readonly run: number;
  readonly runs: number;
  readonly rows: number;
  readonly rowClasses: readonly RowClass[];
  readonly vectors: number;
  readonly vectorClasses: readonly VectorClass[];
  readonly vectorParts: number;
}

export function chooseBlocking(geometry: WeightGradientGeometry, target: Target): Blocking {
  const { channels, outputs, groups, kernel, dilation } = geometry;
  const merged = groups === 1 && (dilation[1] === 1 || kernel[1] === 1);
  const run = merged ? kernel[1] * channels : channels / groups;
  const perGroup = outputs / groups;
  const vectors = [Math.ceil(perGroup / 4), Math.ceil(run / 4)] as const;
  const tiles = [chooseTile(run, vectors[0], target), chooseTile(perGroup, vectors[1], target)] as const;
  const inputRows = tiles[0].cycles <= tiles[1].cycles;
  const which = inputRows ? 0 : 1;
  const rows = inputRows ? run : perGroup;
  const vectorClasses = vectorParts(inputRows ? perGroup : run, tiles[which].vectors);
  const last = vectorClasses.at(-1)!;
  return {
    inputRows,
    run,
    runs: merged ? 1 : kernel[1],
    rows,
    rowClasses: rowParts(rows, tiles[which].rows),
    vectors: vectors[which],
    vectorClasses,
    vectorParts: last.first + last.parts,
  };
}

/** Classes of parts of at most `size` vectors that cover `elements` floats. */
export function vectorParts(elements: number, size: number): VectorClass[] {
  const count = Math.ceil(elements / 4);
  const lanes = Math.min(4, elements);
  const shift = lanes < 4 ? 0 : 4 * count - elements;
  const classes: VectorClass[] = [];
  let start = 0;
  for (const [first, vectors] of evenParts(count, size).entries()) {
    const own = start + vectors === count ? shift : 0;
    const last = classes.at(-1);
    if (last && last.vectors === vectors && own === 0) classes[classes.length - 1] = { ...last, parts: last.parts + 1 };
    else classes.push({ first, parts: 1, start, vectors, shift: own, lanes });
    start += vectors;
  }
  return classes;
}

function rowParts(count: number, size: number): RowClass[] {
  const classes: RowClass[] = [];
  let start = 0;
  for (const rows of evenParts(count, size)) {
    const last = classes.at(-1);
    if (last?.rows === rows) classes[classes.length - 1] = { ...last, blocks: last.blocks + 1 };
    else classes.push({ start, blocks: 1, rows });
    start += rows;
  }
  return classes;
}
