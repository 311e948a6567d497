import { type Expression, input } from "../core/expression.ts";
import { numel, type Shape, sameShape } from "../core/shape.ts";
import { placeBuffers } from "./arena.ts";
import { PlanBuilder } from "./builder.ts";
import { chainSteps } from "./chain-steps.ts";
import { findChains } from "./chains.ts";
import { InputList, isView } from "./lazy.ts";
import type { Plan, PlanBackend } from "./plan.ts";
import type { PlanGraph } from "./plan-graph.ts";
import { splitPrologue } from "./prologue.ts";
import { type Buffer, broadcastView, contiguousLayout, sameStrides, type View } from "./view.ts";
import { moving, together, type Work } from "./work.ts";

const groupInputs = 12;
const groupOutputs = 6;

/** A cell's next value, computed when everything else is done. */
interface Ending {
  readonly cell: number;
  readonly shape: Shape;
  readonly dtype: View["dtype"];
  readonly expression: Expression;
  readonly inputs: readonly View[];
  readonly work: Work;
}

/**
 * Makes the plan of a graph: all reads of a cell come before its write. `keptLimit`: the most bytes of results that depend
 * on cells alone that it may keep between runs.
 */
export function makePlan(graph: PlanGraph, backend: PlanBackend, keptLimit = backend.keptLimit): Plan {
  const builder = new PlanBuilder(graph, backend);
  const written = new Set(graph.writes.map(({ cell }) => cell));
  const outputs = graph.outputs.map((index) => {
    const view = builder.view(index);
    const { home } = view.buffer;
    const overwritten = home.kind === "cell" && written.has(home.slot);
    // Rows whose numbers are apart are read from memory one by one: a step of the plan is many times faster.
    const apart = view.shape.length > 0 && view.shape.at(-1)! > 1 && view.strides.at(-1) !== 1;
    if (!overwritten && !apart) return view;
    const copy = builder.plain(view.shape, view);
    builder.elementwise(moving("copy", index), view.shape, [view], [copy], [input(0)]);
    return copy;
  });
  writeCells(builder, endings(builder));
  const toEnd = new Set(outputs.map((view) => view.buffer).filter((buffer) => buffer.home.kind !== "cell"));
  const fromStart = new Set(builder.dataBuffers.filter(Boolean));
  const prologue = splitPrologue(builder.steps, toEnd, written, keptLimit);
  const { borders } = builder;
  const main = { steps: prologue.steps.slice(prologue.prologueSteps), borders, buffers: builder.buffers, backend };
  const { steps, chains, buffers } = chainSteps(
    main,
    findChains(main, toEnd),
    prologue.steps.slice(0, prologue.prologueSteps),
  );
  const placed = placeBuffers(buffers, steps, chains, fromStart, toEnd, prologue.kept);
  return {
    ...prologue,
    steps,
    chains,
    buffers,
    ...placed,
    outputs,
    dataBuffers: builder.dataBuffers,
  };
}

function endings(builder: PlanBuilder): Ending[] {
  const result: Ending[] = [];
  for (const { cell, node } of builder.graph.writes) {
    let access = builder.access(node);
    if (!isView(access) && (access.kind === "deferred" || access.tail.length > 0)) access = builder.materialize(node);
    if (isView(access)) {
      const { home } = access.buffer;
      if (home.kind === "cell" && home.slot === cell) continue;
      result.push({
        cell,
        shape: access.shape,
        dtype: access.dtype,
        expression: input(0),
        inputs: [access],
        work: moving("write", node),
      });
    } else {
      const { shape, dtype, expression, inputs, work } = access;
      result.push({ cell, shape, dtype, expression, inputs: inputs.map((view) => broadcastView(view, shape)), work });
    }
  }
  return result;
}

/** Writes that share inputs become one pass; a write that another still reads goes through a copy. */
function writeCells(builder: PlanBuilder, all: readonly Ending[]): void {
  const groups: { items: Ending[]; list: InputList; expressions: Expression[] }[] = [];
  for (const item of all) {
    const last = groups[groups.length - 1];
    if (last && joins(last, item)) {
      last.expressions.push(last.list.inline(item.expression, item.inputs, item.shape));
      last.items.push(item);
      continue;
    }
    const list = new InputList();
    groups.push({ items: [item], list, expressions: [list.inline(item.expression, item.inputs, item.shape)] });
  }
  const copies: { from: View; to: View; work: Work }[] = [];
  for (const [at, group] of groups.entries()) {
    const outputs = group.items.map((item): View => {
      const to: View = {
        buffer: builder.cellBuffer(item.cell, numel(item.shape)),
        shape: item.shape,
        dtype: item.dtype,
        ...contiguousLayout(item.shape),
      };
      const later = groups.slice(at + 1).some((other) => other.list.views.some((view) => view.buffer === to.buffer));
      const crossed = group.list.views.some((view) => view.buffer === to.buffer && !inPlace(view, to));
      if (!later && !crossed) return to;
      const from = builder.plain(item.shape, item);
      copies.push({ from, to, work: { ...item.work, label: "write", moves: true } });
      return from;
    });
    const [{ shape, work }] = group.items as [Ending];
    const whole = together(
      work.label,
      group.items.map((item) => item.work),
    );
    builder.elementwise(whole, shape, group.list.views, outputs, group.expressions);
  }
  for (const { from, to, work } of copies) builder.elementwise(work, to.shape, [from], [to], [input(0)]);
}

function joins(group: { items: Ending[]; list: InputList }, item: Ending): boolean {
  if (!sameShape(group.items[0]!.shape, item.shape) || group.items.length >= groupOutputs) return false;
  const shared = new Set<Buffer>(group.list.views.map((view) => view.buffer));
  const fresh = item.inputs.filter((view) => !shared.has(view.buffer)).length;
  return fresh < item.inputs.length && group.list.views.length + fresh <= groupInputs;
}

function inPlace(view: View, to: View): boolean {
  return (
    view.offset === to.offset && sameShape(view.shape, to.shape) && sameStrides(to.shape, view.strides, to.strides)
  );
}
