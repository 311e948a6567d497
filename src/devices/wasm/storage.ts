import type { Storage } from "../../core/cell.ts";
import { copyOf, type DType, numel, type Shape } from "../../core/shape.ts";
import type { Block, DeviceMemory } from "./memory.ts";

const collected = new FinalizationRegistry<{ memory: DeviceMemory; block: Block }>(({ memory, block }) =>
  memory.release(block),
);

let stamps = 0;

/** A cell's numbers in the device's memory. Users never free: the block goes back when the cell has been collected. */
export class WasmStorage implements Storage {
  readonly owner: DeviceMemory;
  readonly address: number;
  /** A new number whenever others are written: no two contents of any storage have the same. */
  stamp = 0;
  readonly #shape: Shape;
  readonly #dtype: DType;

  constructor(memory: DeviceMemory, shape: Shape, dtype: DType) {
    const block = memory.allocate(numel(shape) * 4);
    this.owner = memory;
    this.address = block.address;
    this.#shape = shape;
    this.#dtype = dtype;
    this.change();
    collected.register(this, { memory, block });
  }

  read(): Float32Array | Int32Array {
    const view = this.#dtype === "int32" ? this.owner.ints : this.owner.floats;
    return copyOf(view.subarray(this.address >> 2, (this.address >> 2) + numel(this.#shape)));
  }

  /** To be called before the numbers are changed in memory. */
  change(): void {
    this.stamp = ++stamps;
  }

  write(data: Float32Array | Int32Array): void {
    this.change();
    const view = this.#dtype === "int32" ? this.owner.ints : this.owner.floats;
    view.set(data, this.address >> 2);
  }
}
