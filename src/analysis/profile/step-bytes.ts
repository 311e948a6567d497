import type { PlannedStep, StepViews } from "../../engine/plan.ts";
import type { View } from "../../engine/view.ts";

/** Bytes that a step reads and writes, each element that it names once: what passes between it and memory at the least. */
export function stepBytes({ step, moved, buffers }: PlannedStep): number {
  if (typeof moved === "number") return moved;
  const named = new Map(
    step.arguments.flatMap((each) => (typeof each === "number" ? [] : [[`${each.buffer} ${each.index}`, each]])),
  );
  let elements = 0;
  for (const { buffer, index } of named.values()) {
    elements += buffer in moved ? distinct(moved[buffer as keyof StepViews][index]!) : buffers[buffer][index]!.size;
  }
  return 4 * elements;
}

/** Elements of a view, those that it repeats once. */
function distinct({ shape, strides }: View): number {
  return shape.reduce((product, size, axis) => product * (strides[axis] === 0 ? 1 : size), 1);
}
