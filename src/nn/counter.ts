import { ArgumentError } from "../core/errors.ts";
import { dataNode, type Node } from "../core/node.ts";
import { Buffer, Tensor } from "../tensor/index.ts";

/** A buffer that counts calls: the number is known when the call is recorded, so no plan has to compute it. */
export class Counter extends Buffer {
  #count = 0;

  constructor(name: string) {
    super([], () => Float32Array.of(this.#count), name);
  }

  override get node(): Node {
    return dataNode(Float32Array.of(this.#count), []);
  }

  /** Counts one more and gives the number. */
  increment(): number {
    return ++this.#count;
  }

  override setAside(): () => void {
    const count = this.#count;
    const restore = super.setAside();
    return () => {
      restore();
      this.#count = count;
    };
  }

  /** @throws ArgumentError for a tensor that is computed: its number is not known yet. */
  override set(value: Float32Array | Int32Array | Tensor): void {
    const source = value instanceof Tensor ? value.node.source : null;
    const numbers = value instanceof Tensor ? (source?.kind === "data" ? source.data : null) : value;
    if (numbers?.length !== 1) {
      throw new ArgumentError(`${this.cell.name}: needs one number. Give await x.data() instead of a computed tensor.`);
    }
    this.#count = numbers[0]!;
  }
}
