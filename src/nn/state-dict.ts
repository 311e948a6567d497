import { StateDictError } from "../core/errors.ts";
import { numel, type Shape, sameShape } from "../core/shape.ts";
import { type StoredTensor, Tensor } from "../tensor/index.ts";

/** Numbers and their shape, as a file reader gives them; numbers of another type are converted to float32. */
export interface NamedArray {
  readonly shape: Shape;
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/** Tensors or arrays by state_dict key. */
export type StateSource = ReadonlyMap<string, NamedArray | Tensor> | Readonly<Record<string, NamedArray | Tensor>>;

export interface LoadOptions {
  /** False: names that are missing or unexpected are given back instead of thrown. Shapes must fit all the same. Default true. */
  readonly strict?: boolean;
}

/** @throws StateDictError before anything has changed. */
export function loadState(
  network: string,
  state: ReadonlyMap<string, StoredTensor>,
  source: StateSource,
  { strict = true }: LoadOptions,
): { missing: string[]; unexpected: string[] } {
  const given = new Map(source instanceof Map ? source : Object.entries(source)) as Map<string, NamedArray | Tensor>;
  // Files from before PyTorch 0.4.1 have no such counters, and PyTorch does without them too.
  const missing = [...state.keys()].filter((name) => !given.has(name) && !name.endsWith("num_batches_tracked"));
  const unexpected = [...given.keys()].filter((name) => !state.has(name));
  const problems: string[] = [];
  if (strict && missing.length > 0) problems.push(`missing ${missing.join(", ")}`);
  if (strict && unexpected.length > 0) problems.push(`unexpected ${unexpected.join(", ")}`);
  for (const [name, { shape }] of state) {
    const value = given.get(name);
    if (value && !fits(value, shape)) {
      problems.push(`${name} needs shape [${shape.join(", ")}], got [${value.shape.join(", ")}]`);
    }
  }
  if (problems.length > 0) {
    throw new StateDictError(`${network}: the state_dict is of another network: ${problems.join("; ")}`);
  }
  for (const [name, target] of state) {
    const value = given.get(name);
    if (value) target.set(value instanceof Tensor ? value : toFloat32(value.data));
  }
  return { missing, unexpected };
}

/** Files without scalars store them as one element. */
function fits(value: NamedArray | Tensor, shape: Shape): boolean {
  if (!(value instanceof Tensor) && value.data.length !== numel(value.shape)) return false;
  return sameShape(value.shape, shape) || (value.shape.length + shape.length === 1 && numel(value.shape) === 1);
}

function toFloat32(data: ArrayLike<number> | ArrayLike<bigint>): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number);
}
