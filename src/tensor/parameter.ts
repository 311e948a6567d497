import { Cell } from "../core/cell.ts";
import { ArgumentError } from "../core/errors.ts";
import { dataNode, type Node } from "../core/node.ts";
import { type DType, numel, type Shape } from "../core/shape.ts";
import { engine } from "./engine.ts";
import { owners } from "./owners.ts";
import { Tensor } from "./tensor.ts";

/** A tensor whose value lives on between runs and can be replaced: the current version of a cell. */
export class StoredTensor extends Tensor {
  readonly cell: Cell;

  constructor(cell: Cell) {
    super(null);
    this.cell = cell;
  }

  /** Takes the longest of the paths that it is known by: messages then name it from the outermost module. */
  rename(path: string): void {
    if (path.split(".").length > this.cell.name.split(".").length) this.cell.name = path;
  }

  override get shape(): Shape {
    return this.cell.shape;
  }

  override get dtype(): DType {
    return this.cell.dtype;
  }

  override get node(): Node {
    return engine().read(this.cell);
  }

  override async data(): Promise<Float32Array | Int32Array> {
    const [values] = await engine().readCells([this.cell]);
    return values!;
  }

  /** Replaces the value: an array of numbers (copied) or an expression. Nothing is computed yet. @throws ArgumentError for another size. */
  set(value: Float32Array | Int32Array | Tensor): void {
    const count = value instanceof Tensor ? value.numel : value.length;
    if (count !== numel(this.cell.shape)) {
      throw new ArgumentError(
        `${this.cell.name}: needs ${numel(this.cell.shape)} numbers for shape [${this.cell.shape.join(", ")}], got ${count}`,
      );
    }
    engine().assign(this.cell, value instanceof Tensor ? value.node : dataNode(value.slice(), this.cell.shape));
  }

  /** For a recording that never runs: starts as when the tensor was made. The result puts everything back. */
  setAside(): () => void {
    return this.cell.setAside();
  }
}

/** A buffer of a module: it is saved with it and has no gradient (running statistics). */
export class Buffer extends StoredTensor {
  constructor(shape: Shape, initial: () => Float32Array | Int32Array, name = "buffer") {
    super(new Cell(shape, "float32", name, initial));
  }
}

/**
 * A tensor that is trained. Its first numbers are made by `initial` when they are first read.
 * `grad` is null until a backward, and after zeroGrad().
 */
export class Parameter extends StoredTensor {
  readonly gradCell: Cell;
  #hasGrad = false;

  constructor(shape: Shape, initial: () => Float32Array, name = "parameter") {
    super(new Cell(shape, "float32", name, initial));
    this.cell.requiresGrad = true;
    this.gradCell = new Cell(shape, "float32", `${name}.grad`);
    owners.set(this.cell, this);
  }

  override rename(path: string): void {
    super.rename(path);
    this.gradCell.name = `${this.cell.name}.grad`;
  }

  get requiresGrad(): boolean {
    return this.cell.requiresGrad;
  }

  /** False freezes the parameter: backward leaves it alone. */
  set requiresGrad(value: boolean) {
    this.cell.requiresGrad = value;
  }

  get grad(): Tensor | null {
    return this.#hasGrad ? new StoredTensor(this.gradCell) : null;
  }

  /** Adds to the gradient, or replaces it where there is none. */
  accumulate(gradient: Node, sum: (a: Node, b: Node) => Node): void {
    const next = this.#hasGrad ? sum(engine().read(this.gradCell), gradient) : gradient;
    engine().assign(this.gradCell, next);
    this.#hasGrad = true;
  }

  /** Puts another value in the gradient's place, as clipping does. */
  setGrad(gradient: Tensor): void {
    engine().assign(this.gradCell, gradient.node);
    this.#hasGrad = true;
  }

  /** Sets the gradient to null. */
  zeroGrad(): void {
    if (this.#hasGrad) engine().discard(this.gradCell);
    this.#hasGrad = false;
  }

  override setAside(): () => void {
    const hasGrad = this.#hasGrad;
    const restore = [super.setAside(), this.gradCell.setAside()];
    this.#hasGrad = false;
    return () => {
      for (const each of restore) each();
      this.#hasGrad = hasGrad;
    };
  }
}
