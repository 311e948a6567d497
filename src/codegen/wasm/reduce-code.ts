import type { FunctionBuilder, Local } from "./assembler.ts";
import { emitExpressions } from "./expression.ts";
import { VectorPool } from "./math.ts";
import type { RowOperand } from "./operand.ts";
import type { ReduceArguments, Reduction } from "./reduce-kernel.ts";

/** Kept vectors that are accumulated side by side. */
export const blockVectors = 4;
/** What one run of accumulators sums before it is added to the next level: bounds how rounding errors pile up. */
const runLength = { kept: 32, reduced: 256 };

/** The code of a reduction for one unit of its nest. */
export class ReduceCode {
  readonly #f: FunctionBuilder;
  readonly #reduction: Reduction;
  readonly #layout: ReduceArguments;
  readonly #operands: readonly RowOperand[];
  readonly #pool: VectorPool;
  readonly #identity: number;

  constructor(f: FunctionBuilder, reduction: Reduction, layout: ReduceArguments, operands: readonly RowOperand[]) {
    this.#f = f;
    this.#reduction = reduction;
    this.#layout = layout;
    this.#operands = operands;
    this.#pool = new VectorPool(f);
    this.#identity = reduction.operator === "sum" ? 0 : Number.NEGATIVE_INFINITY;
  }

  unit(pointers: readonly Local[], indices: readonly Local[]): void {
    if (this.#reduction.vectors === "reduced") this.#element(pointers, indices);
    else this.#block(pointers, indices);
  }

  /** One kept element: lanes and accumulators are partial results of it. */
  #element(pointers: readonly Local[], indices: readonly Local[]): void {
    const f = this.#f;
    const total = this.#pool.take();
    f.f32x4(this.#identity).set(total);
    this.#loops(pointers, indices, (at, count) => this.#row(total, at, count));
    for (const lanes of [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ] as const) {
      f.get(total).get(total).get(total).shuffleLanes(lanes);
      this.#combine();
      f.set(total);
    }
    const output = this.#reduction.inputCount;
    for (const [which, pointer] of pointers.entries()) {
      if (which > output) this.#operands[which]!.begin(pointer, () => {});
    }
    const result = this.#finish(total, (which) => this.#operands[which]!.load(0));
    f.get(pointers[output]!).get(result).laneMemory("v128.store32_lane", 0);
    this.#pool.release(result);
  }

  /** Adds one run along the reduced axis to `total`. */
  #row(total: Local, pointers: readonly Local[], count: Local): void {
    const f = this.#f;
    const inputs = this.#operands.slice(0, this.#reduction.inputCount);
    for (const [which, operand] of inputs.entries()) operand.begin(pointers[which]!, () => this.#inner(which));
    const { unroll } = this.#reduction;
    const sums = Array.from({ length: unroll }, () => this.#pool.take());
    for (const sum of sums) f.f32x4(this.#identity).set(sum);
    for (const copies of new Set([unroll, 1])) {
      f.whileAtLeast(count, copies * 4, () => {
        for (let ahead = 0; ahead < copies; ahead++) {
          const value = this.#value((which) => inputs[which]!.load(ahead));
          this.#accumulate(sums[ahead]!, value);
        }
        for (const operand of inputs) operand.advance(copies);
      });
    }
    f.get(count);
    f.if(() => {
      const value = this.#value((which) => inputs[which]!.loadPartial(count));
      // Lanes past the end hold what the expression makes of 0: they become the identity.
      f.get(value).f32x4(this.#identity);
      f.i32(0).op("i32x4.splat").i32(1).lane("i32x4.replace_lane", 1).i32(2).lane("i32x4.replace_lane", 2);
      f.i32(3).lane("i32x4.replace_lane", 3).get(count).op("i32x4.splat").op("i32x4.lt_s");
      f.op("v128.bitselect").set(value);
      this.#accumulate(sums[0]!, value);
    });
    for (let width = unroll; width > 1; width /= 2) {
      for (let at = 0; at < width / 2; at++) {
        f.get(sums[at]!).get(sums[at + width / 2]!);
        this.#combine();
        f.set(sums[at]!);
      }
    }
    f.get(total).get(sums[0]!);
    this.#combine();
    f.set(total);
    this.#pool.release(...sums);
  }

  /** Up to 16 neighbours along the last kept axis: each lane is the result of one of them. */
  #block(pointers: readonly Local[], indices: readonly Local[]): void {
    const f = this.#f;
    const [rest, count] = [f.local("i32"), f.local("i32")];
    const sizes = this.#layout.nest.sizes;
    this.#argument(this.#layout.lastBlock);
    f.i32(blockVectors * 4)
      .get(indices[indices.length - 1]!)
      .add(1);
    this.#argument(sizes[sizes.length - 1]!);
    f.op("i32.eq").op("select").set(rest);
    // The pointers belong to the nest: whole vectors step ahead on copies.
    const own = pointers.map((pointer) => {
      const copy = f.local("i32");
      f.get(pointer).set(copy);
      return copy;
    });
    f.get(rest)
      .i32(blockVectors * 4)
      .op("i32.eq");
    f.if(
      () => this.#vectors(own, indices, blockVectors, null),
      () => {
        f.whileAtLeast(rest, 4, () => {
          this.#vectors(own, indices, 1, null);
          for (const [which, pointer] of own.entries()) {
            f.get(pointer);
            this.#inner(which);
            f.i32(2).op("i32.shl").op("i32.add").set(pointer);
          }
        });
        f.get(rest);
        f.if(() => {
          f.get(rest).set(count);
          this.#vectors(own, indices, 1, count);
        });
      },
    );
  }

  #vectors(pointers: readonly Local[], indices: readonly Local[], width: number, partial: Local | null): void {
    const f = this.#f;
    const { inputCount, reduced } = this.#reduction;
    const totals = Array.from({ length: width }, () => this.#pool.take());
    const sums = Array.from({ length: width }, () => this.#pool.take());
    for (const total of totals) f.f32x4(this.#identity).set(total);
    const inputs = this.#operands.slice(0, inputCount);
    const steps = this.#layout.strides[reduced.length - 1]!;
    this.#loops(pointers, indices, (run, count) => {
      for (const sum of sums) f.f32x4(this.#identity).set(sum);
      f.loop(() => {
        for (const [which, operand] of inputs.entries()) operand.begin(run[which]!, () => this.#inner(which));
        for (const [ahead, sum] of sums.entries()) {
          const value = this.#value((which) =>
            partial ? inputs[which]!.loadPartial(partial) : inputs[which]!.load(ahead),
          );
          this.#accumulate(sum, value);
        }
        for (const [which, pointer] of run.entries()) {
          f.get(pointer);
          this.#argument(steps[which]!);
          f.op("i32.add").set(pointer);
        }
        f.countDown(count);
      });
      for (const [at, total] of totals.entries()) {
        f.get(total).get(sums[at]!);
        this.#combine();
        f.set(total);
      }
    });
    this.#pool.release(...sums);
    for (const [which, operand] of this.#operands.entries()) {
      if (which >= inputCount) operand.begin(pointers[which]!, () => this.#inner(which));
    }
    for (const [ahead, total] of totals.entries()) {
      const result = this.#finish(total, (which) =>
        partial ? this.#operands[which]!.loadPartial(partial) : this.#operands[which]!.load(ahead),
      );
      if (partial) this.#operands[inputCount]!.storePartial(result, partial);
      else this.#operands[inputCount]!.store(result, ahead);
      this.#pool.release(result);
    }
  }

  /**
   * Loops over the reduced axes, the last one in runs: `body` gets its own pointers and the run's length (at least 1),
   * which it may change.
   */
  #loops(
    pointers: readonly Local[],
    indices: readonly Local[],
    body: (pointers: readonly Local[], count: Local) => void,
    axis = 0,
  ): void {
    const f = this.#f;
    const { inputCount, reduced, vectors, chunk } = this.#reduction;
    const innermost = axis === reduced.length - 1;
    const own = pointers.slice(0, inputCount).map((pointer) => {
      const copy = f.local("i32");
      f.get(pointer).set(copy);
      return copy;
    });
    const rest = f.local("i32");
    if (chunk?.axis === axis) {
      this.#argument(this.#layout.lastChunk);
      this.#argument(this.#layout.sizes[axis]!);
      f.get(indices[0]!).add(1);
      this.#argument(this.#layout.nest.sizes[0]!);
      f.op("i32.eq").op("select").set(rest);
    } else {
      this.#argument(this.#layout.sizes[axis]!);
      f.set(rest);
    }
    const count = f.local("i32");
    const run = own.map(() => f.local("i32"));
    f.block(() => {
      f.get(rest).i32(0).op("i32.le_s").branchIf(0);
      f.loop(() => {
        if (innermost) {
          f.min(rest, runLength[vectors]).set(count);
          for (const [which, pointer] of own.entries()) {
            f.get(pointer).set(run[which]!);
            f.get(pointer).get(count);
            this.#argument(this.#layout.strides[axis]![which]!);
            f.op("i32.mul").op("i32.add").set(pointer);
          }
          f.get(rest).sub(count).set(rest);
          body(run, count);
        } else {
          this.#loops(own, indices, body, axis + 1);
          for (const [which, pointer] of own.entries()) {
            f.get(pointer);
            this.#argument(this.#layout.strides[axis]![which]!);
            f.op("i32.add").set(pointer);
          }
          f.get(rest).sub(1).set(rest);
        }
        f.get(rest).i32(0).op("i32.gt_s").branchIf(0);
      });
    });
  }

  #value(push: (which: number) => void): Local {
    return emitExpressions(this.#f, [this.#reduction.expression], push, this.#reduction.target, this.#pool)[0]!;
  }

  /** Takes over `total`; pushes inputs of `finish` from the operands behind the output. */
  #finish(total: Local, push: (which: number) => void): Local {
    const { finish, inputCount, target } = this.#reduction;
    const result = emitExpressions(
      this.#f,
      [finish],
      (index) => {
        if (index === 0) this.#f.get(total);
        else push(inputCount + index);
      },
      target,
      this.#pool,
    )[0]!;
    this.#pool.release(total);
    return result;
  }

  #accumulate(sum: Local, value: Local): void {
    this.#f.get(sum).get(value);
    this.#combine();
    this.#f.set(sum);
    this.#pool.release(value);
  }

  /** `f32x4.max`, not `pmax`: a NaN on either side stays. */
  #combine(): void {
    this.#f.op(this.#reduction.operator === "sum" ? "f32x4.add" : "f32x4.max");
  }

  #argument(offset: number): void {
    this.#f.get(this.#f.parameters[0]!).load("i32.load", offset);
  }

  #inner(which: number): void {
    this.#argument(this.#layout.inner[which]!);
  }
}
