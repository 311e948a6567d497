import type { Cell } from "../../core/cell.ts";
import { ConvsmithError } from "../../core/errors.ts";
import type { Node } from "../../core/node.ts";
import type { NumericArray } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";
import type { Device, RunRequest } from "../../engine/device.ts";
import { compute, type Precision } from "./evaluate.ts";

/** Runs every op with its own plain loops, one node at a time, in float32 or float64. */
export class ReferenceDevice implements Device {
  readonly name = "reference";
  readonly precision: Precision;

  constructor(precision: Precision = "float32") {
    this.precision = precision;
  }

  prepare(request: RunRequest): () => Promise<(Float32Array | Int32Array)[]> {
    return async () => {
      const values = new Map<Node, NumericArray>();
      for (const [at, node] of request.order.entries()) {
        const inputs = request.inputs[at]!.map((each) => values.get(request.order[each]!)!);
        values.set(node, this.#compute(node, inputs));
      }
      for (const { cell, node } of request.writes) this.#store(cell, values.get(node)!);
      return request.outputs.map((node) => {
        const value = values.get(node)!;
        return value instanceof Float64Array ? Float32Array.from(value) : value.slice();
      });
    };
  }

  #compute(node: Node, inputs: readonly NumericArray[]): NumericArray {
    if (node.value) return node.value;
    const { source } = node;
    if (source?.kind === "data") return source.data;
    if (source?.kind === "cell") return inputs[0] ?? this.#load(source.cell);
    return compute(node, inputs, this.precision);
  }

  #load(cell: Cell): NumericArray {
    if (cell.storage instanceof ReferenceStorage) return cell.storage.data;
    const data = cell.storage?.read() ?? cell.initial?.();
    if (!data) throw new ConvsmithError(`${cell.name}: holds no numbers yet`);
    this.#store(cell, data);
    return data;
  }

  #store(cell: Cell, data: NumericArray): void {
    const copy = new (data.constructor as { new (length: number): NumericArray })(numel(cell.shape));
    copy.set(data);
    cell.storage = new ReferenceStorage(this, copy);
    cell.initial = null;
  }
}

class ReferenceStorage {
  readonly owner: object;
  readonly data: NumericArray;

  constructor(owner: object, data: NumericArray) {
    this.owner = owner;
    this.data = data;
  }

  read(): Float32Array | Int32Array {
    return this.data instanceof Int32Array ? this.data.slice() : Float32Array.from(this.data);
  }
}
