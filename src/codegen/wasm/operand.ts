import type { FunctionBuilder, Local } from "./assembler.ts";

/** How a row is read or written: one number for all, neighbours, or numbers a stride apart. */
export type Access = "repeated" | "unit" | "strided";

export function accessOf(stride: number): Access {
  return stride === 0 ? "repeated" : stride === 1 ? "unit" : "strided";
}

/** Reads or writes vectors along one row of one operand. `begin` at the row's start; then vectors in order. */
export class RowOperand {
  readonly access: Access;
  readonly #f: FunctionBuilder;
  /** unit: the row's address. strided: the next number's address. */
  readonly #pointer: Local;
  readonly #stride: Local | null = null;
  readonly #vector: Local;

  constructor(f: FunctionBuilder, access: Access) {
    this.access = access;
    this.#f = f;
    this.#pointer = f.local("i32");
    this.#vector = f.local("v128");
    if (access === "strided") this.#stride = f.local("i32");
  }

  /** `pushStride` pushes the distance of neighbours in bytes. */
  begin(address: Local, pushStride: () => void): void {
    const f = this.#f;
    if (this.access === "repeated") f.get(address).load("v128.load32_splat").set(this.#vector);
    else f.get(address).set(this.#pointer);
    if (this.#stride) {
      pushStride();
      f.set(this.#stride);
    }
  }

  /** Pushes vector number `ahead` from the current position. Strided operands step forward by it themselves. */
  load(ahead: number): void {
    const f = this.#f;
    if (this.access === "unit") f.get(this.#pointer).load("v128.load", ahead * 16);
    else {
      if (this.access === "strided") for (let lane = 0; lane < 4; lane++) this.#loadLane(lane);
      f.get(this.#vector);
    }
  }

  /** Pushes the last `count` (1 to 3) numbers of a row; the other lanes are 0. */
  loadPartial(count: Local): void {
    const f = this.#f;
    const vector = this.#vector;
    if (this.access === "unit") {
      const pointer = this.#pointer;
      f.get(count).i32(2).op("i32.and");
      f.if(
        () => {
          f.get(pointer).load("v128.load64_zero").set(vector).get(count).i32(1).op("i32.and");
          f.if(() => f.get(pointer).get(vector).laneMemory("v128.load32_lane", 2, 8).set(vector));
        },
        () => f.get(pointer).load("v128.load32_zero").set(vector),
      );
    } else if (this.access === "strided") {
      this.#loadLane(0);
      f.get(count).i32(1).op("i32.gt_s");
      f.if(() => {
        this.#loadLane(1);
        f.get(count).i32(2).op("i32.gt_s");
        f.if(() => this.#loadLane(2));
      });
    }
    f.get(vector);
  }

  store(value: Local, ahead: number): void {
    if (this.access === "unit")
      this.#f
        .get(this.#pointer)
        .get(value)
        .store("v128.store", ahead * 16);
    else for (let lane = 0; lane < 4; lane++) this.#storeLane(value, lane);
  }

  storePartial(value: Local, count: Local): void {
    const f = this.#f;
    if (this.access === "unit") {
      const pointer = this.#pointer;
      f.get(count).i32(2).op("i32.and");
      f.if(
        () => {
          f.get(pointer).get(value).laneMemory("v128.store64_lane", 0).get(count).i32(1).op("i32.and");
          f.if(() => f.get(pointer).get(value).laneMemory("v128.store32_lane", 2, 8));
        },
        () => f.get(pointer).get(value).laneMemory("v128.store32_lane", 0),
      );
    } else {
      this.#storeLane(value, 0);
      f.get(count).i32(1).op("i32.gt_s");
      f.if(() => {
        this.#storeLane(value, 1);
        f.get(count).i32(2).op("i32.gt_s");
        f.if(() => this.#storeLane(value, 2));
      });
    }
  }

  /** Steps over vectors that were read or written. */
  advance(vectors: number): void {
    if (this.access !== "unit") return;
    this.#f.advance(this.#pointer, vectors * 16);
  }

  #loadLane(lane: number): void {
    const f = this.#f;
    if (lane === 0) f.get(this.#pointer).load("v128.load32_zero");
    else f.get(this.#pointer).get(this.#vector).laneMemory("v128.load32_lane", lane);
    f.set(this.#vector);
    this.#step();
  }

  #storeLane(value: Local, lane: number): void {
    this.#f.get(this.#pointer).get(value).laneMemory("v128.store32_lane", lane);
    this.#step();
  }

  #step(): void {
    this.#f.advance(this.#pointer, this.#stride!);
  }
}
