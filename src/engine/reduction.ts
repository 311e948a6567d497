import { type Expression, input } from "../core/expression.ts";
import type { Shape } from "../core/shape.ts";
import type { PlanBuilder } from "./builder.ts";
import { type Deferred, isView, weight } from "./lazy.ts";
import type { PlanNode } from "./plan-graph.ts";
import { broadcastView, layoutOf, type View } from "./view.ts";
import type { Work } from "./work.ts";

/** A reduction whose input may still be lazy, and which takes the elementwise work that follows into its pass. */
export function reductionDeferred(
  builder: PlanBuilder,
  index: number,
  node: PlanNode,
  operator: "sum" | "max",
): Deferred {
  const source = node.inputs[0]!;
  const { shape } = builder.node(source);
  const from = builder.access(source);
  let expression: Expression = input(0);
  let inputs: readonly View[];
  let work: Work = { label: node.op.name, nodes: [index], moves: false };
  if (
    !isView(from) &&
    from.kind === "lazy" &&
    from.tail.length === 0 &&
    (builder.uses(source) === 1 || weight(from.expression) <= 8)
  ) {
    expression = from.expression;
    inputs = from.inputs.map((view) => broadcastView(view, shape));
    work = { ...work, label: `${from.work.label} ${work.label}`, nodes: [index, ...from.work.nodes] };
  } else inputs = [builder.view(source)];
  const reduced = new Set(node.attributes.dim as readonly number[]);
  const spread = (view: View) => {
    const strides = spreadStrides(view.strides, shape, reduced, node.attributes.keepdim === true);
    return { ...layoutOf(view), strides };
  };
  return {
    kind: "deferred",
    base: node.shape,
    shape: node.shape,
    dtype: node.dtype,
    expression: input(0),
    operands: [],
    tail: [],
    work,
    order: "any",
    emit: (output, _layout, epilogue, operands, whole) => {
      const { backend } = builder;
      const plan = backend.reduce({
        label: whole.label,
        operator,
        shape,
        inputs: inputs.map(layoutOf),
        expression,
        output: spread(output),
        finish: epilogue?.expression ?? input(0),
        finishInputs: operands.map((view) => spread(broadcastView(view, node.shape))),
        target: backend.target,
      });
      builder.emit(plan, inputs, [output], operands, whole);
    },
  };
}

/** Strides of the result along the axes that are reduced over: 0 there. */
function spreadStrides(
  strides: readonly number[],
  shape: Shape,
  reduced: ReadonlySet<number>,
  keepdim: boolean,
): number[] {
  let next = 0;
  return shape.map((_, axis) => {
    if (keepdim) return reduced.has(axis) ? 0 : strides[axis]!;
    return reduced.has(axis) ? 0 : strides[next++]!;
  });
}
