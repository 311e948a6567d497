import { type Expression, input } from "../core/expression.ts";
import type { Border, KernelPlan } from "../core/kernel.ts";
import { numel, type Shape } from "../core/shape.ts";
import { identity, iterate, type Lazy } from "./lazy.ts";
import type { PlanBackend, PlannedStep, StepBuffers } from "./plan.ts";
import { type Buffer, channelsLastLayout, contiguousLayout, type Home, isZero, layoutOf, type View } from "./view.ts";
import { moving, type Work } from "./work.ts";

/** The steps of a plan as they are made, and the buffers that they use. */
export class StepList {
  readonly steps: PlannedStep[] = [];
  readonly buffers: Buffer[] = [];
  /** The steps that zero borders, by buffer. */
  readonly borders = new Map<Buffer, PlannedStep>();
  readonly backend: PlanBackend;
  readonly #cellBuffers = new Map<number, Buffer>();

  constructor(backend: PlanBackend) {
    this.backend = backend;
  }

  cellBuffer(slot: number, size: number): Buffer {
    let buffer = this.#cellBuffers.get(slot);
    if (!buffer) {
      buffer = this.buffer(size, null, { kind: "cell", slot });
      this.#cellBuffers.set(slot, buffer);
    }
    return buffer;
  }

  buffer(size: number, border: Border | null = null, home: Home = { kind: "arena" }): Buffer {
    const buffer = { id: this.buffers.length, size, home, border };
    this.buffers.push(buffer);
    return buffer;
  }

  /** A new buffer for node number `node`: row-major, or channels-last with a zeroed border. */
  bordered(shape: Shape, dtype: View["dtype"], border: Border | null, node: number): View {
    const layout = border ? channelsLastLayout(shape, border) : contiguousLayout(shape);
    const view = {
      buffer: this.buffer(layout.size, border),
      shape,
      dtype,
      strides: layout.strides,
      offset: layout.offset,
    };
    if (border && !isZero(border)) {
      const { target } = this.backend;
      const step = this.backend.border({ label: "border", shape, layout, border, target });
      this.emit({ steps: [step] }, [], [view], [], moving("border", node));
      this.borders.set(view.buffer, this.steps[this.steps.length - 1]!);
    }
    return view;
  }

  plain(shape: Shape, like: { dtype: View["dtype"] }): View {
    return { buffer: this.buffer(numel(shape)), shape, dtype: like.dtype, ...contiguousLayout(shape) };
  }

  /** Computes a lazy value into a given place. */
  compute(lazy: Lazy, output: View): void {
    const step = iterate(lazy, output);
    if (step) this.elementwise(lazy.work, step.shape, step.inputs, [step.output], [lazy.expression]);
    else this.#throughCopy(lazy, output);
  }

  /** Where moves don't line up: a row-major copy in between, of which every move is a view or one more copy. */
  #throughCopy(lazy: Lazy, output: View): void {
    const failing = lazy.tail.findIndex(
      (_, at) =>
        !iterate(
          { ...lazy, tail: lazy.tail.slice(0, at + 1), shape: lazy.tail[at]!.shape },
          this.plain(lazy.tail[at]!.shape, lazy),
        ),
    );
    const done = Math.max(0, failing);
    const shape = done === 0 ? lazy.base : lazy.tail[done - 1]!.shape;
    const middle = this.plain(shape, lazy);
    const step = iterate({ ...lazy, tail: lazy.tail.slice(0, done), shape }, middle)!;
    this.elementwise(lazy.work, step.shape, step.inputs, [step.output], [lazy.expression]);
    const rest = {
      ...identity(middle, { ...lazy.work, label: "copy", moves: true }),
      tail: lazy.tail.slice(done),
      shape: lazy.shape,
    };
    const next = iterate(rest, output);
    if (next) this.elementwise(rest.work, next.shape, next.inputs, [next.output], [input(0)]);
    else this.#throughCopy(rest, output);
  }

  elementwise(
    work: Work,
    shape: Shape,
    inputs: readonly View[],
    outputs: readonly View[],
    expressions: readonly Expression[],
  ): void {
    if (numel(shape) === 0) return;
    const { target } = this.backend;
    const step = this.backend.elementwise({
      label: work.label,
      shape,
      inputs: inputs.map(layoutOf),
      outputs: outputs.map(layoutOf),
      expressions,
      target,
    });
    this.emit({ steps: [step] }, inputs, outputs, [], work);
  }

  emit(
    plan: KernelPlan,
    inputs: readonly View[],
    outputs: readonly View[],
    operands: readonly View[],
    work: Work,
  ): void {
    const { label } = work;
    const buffers: StepBuffers = {
      input: inputs.map((view) => view.buffer),
      output: outputs.map((view) => view.buffer),
      operand: operands.map((view) => view.buffer),
      workspace: (plan.workspaces ?? []).map((bytes) => this.buffer(Math.ceil(bytes / 4))),
      table: (plan.tables ?? []).map((data) => this.buffer(data.length, null, { kind: "table", data })),
    };
    for (const step of plan.steps) {
      this.steps.push({
        step: { ...step, label: step.label === label ? label : `${label}: ${step.label}` },
        buffers,
        moved: { input: inputs, output: outputs, operand: operands },
        work,
      });
    }
  }
}
