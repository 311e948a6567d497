import { dataNode } from "../../../../core/node.ts";
import * as ops from "../../../../ops/index.ts";
import { cat, Tensor, split as tensorSplit } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import type { Value } from "../value.ts";

const axisIn = (call: Call, axis: number, rank: number): number => {
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : call.fail(`axis ${axis} is not one of ${rank}`);
};

/** The slices of x at these positions of an axis, which the index's axes replace. */
function take(x: Tensor, axis: number, index: Tensor, shape: readonly number[]): Tensor {
  const count = index.numel;
  const rank = x.dim;
  const size = x.shape.map((each, at) => (at === axis ? count : each));
  const along = index.reshape(size.map((_, at) => (at === axis ? count : 1)));
  const axes = Array.from({ length: rank }, (_, at) => at);
  const whole = new Tensor(ops.expandAxes(along.node, size, axes));
  return x.gather(axis, whole).reshape([...x.shape.slice(0, axis), ...shape, ...x.shape.slice(axis + 1)]);
}

const positions = (numbers: readonly number[]): Tensor =>
  new Tensor(dataNode(Int32Array.from(numbers), [numbers.length]));

function gather(call: Call): Tensor {
  const x = call.tensor(0);
  const axis = axisIn(call, call.int("axis", 0), x.dim);
  const size = x.shape[axis]!;
  const { tensor: index, numbers } = call.value(1);
  if (!numbers) {
    const whole = index.to("int32");
    const counted = whole.lt(0).where(whole.add(size), whole).to("int32");
    return take(x, axis, counted, index.shape);
  }
  const at = [...numbers].map((each) => (each < 0 ? each + size : each));
  const outside = at.findIndex((each) => !(each >= 0 && each < size));
  if (outside >= 0) call.fail(`index ${numbers[outside]} is outside of axis ${axis}, which has ${size} elements`);
  if (index.dim === 0) return x.narrow(axis, at[0]!, 1).squeeze(axis);
  return take(x, axis, positions(at), index.shape);
}

/** The element at each position of the index, along one axis. */
function gatherElements(call: Call): Tensor {
  const x = call.tensor(0);
  const axis = axisIn(call, call.int("axis", 0), x.dim);
  const index = call.tensor(1).to("int32");
  return x.gather(axis, index.lt(0).where(index.add(x.shape[axis]!), index).to("int32"));
}

/** Starts, ends, axes and steps: attributes before opset 10, without steps, and inputs since. */
function slice(call: Call): Tensor {
  const x = call.tensor(0);
  const starts = call.given("starts", 1) ?? call.fail("needs starts");
  const ends = call.given("ends", 2) ?? call.fail("needs ends");
  const axes = call.given("axes", 3) ?? starts.map((_, axis) => axis);
  const steps = call.optionalNumbers(4) ?? starts.map(() => 1);
  return starts.reduce((found, start, at) => {
    const axis = axisIn(call, axes[at]!, x.dim);
    return cutAxis(call, found, axis, start, ends[at]!, steps[at]!);
  }, x);
}

/** Of a step below 0, whose positions are listed. */
const mostPositions = 2 ** 24;

function cutAxis(call: Call, x: Tensor, axis: number, start: number, end: number, step: number): Tensor {
  if (step === 0) call.fail("needs a step other than 0");
  const size = x.shape[axis]!;
  const clip = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  if (step > 0) {
    const first = clip(start, 0, size);
    return x.slice(axis, first, Math.max(clip(end, 0, size), first), step);
  }
  const [from, to] = [clip(start, 0, size - 1), clip(end, -1, size - 1)];
  const count = Math.max(Math.ceil((to - from) / step), 0);
  if (count > mostPositions)
    call.refuse(`at most ${mostPositions} positions by a step below 0 are supported, got ${count}`);
  const at = Array.from({ length: count }, (_, each) => from + each * step);
  return at.length === 0 ? x.slice(axis, 0, 0) : take(x, axis, positions(at), [at.length]);
}

function split(call: Call): Tensor[] {
  const x = call.tensor(0);
  const axis = axisIn(call, call.int("axis", 0), x.dim);
  const sizes = call.given("split", 1);
  const outputs = call.node.output.length;
  const count = call.int("num_outputs", outputs);
  if (count !== outputs) call.fail(`has ${outputs} outputs, and its num_outputs is ${count}`);
  return tensorSplit(x, sizes ?? Math.ceil(x.shape[axis]! / count), axis);
}

function concat(call: Call): Tensor | Value {
  const axis = call.int("axis", 1);
  const all = call.inputs.map((_, at) => call.tensor(at));
  if (all.length === 1) return call.value(0);
  // Whole numbers are held as int32 (positions) and float32 (what is computed of them).
  const mixed = all.some(({ dtype }) => dtype !== all[0]!.dtype);
  return cat(mixed ? all.map((each) => each.to("float32")) : all, axis);
}

export const selections: Operators = {
  Gather: { plain: [1], record: gather },
  GatherElements: { record: gatherElements },
  Slice: { plain: [1, 2, 3, 4], record: slice },
  Split: { plain: [1], record: split },
  Concat: { record: concat },
};
