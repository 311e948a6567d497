import type { Node } from "../core/node.ts";
import type { Interval } from "../core/op.ts";
import { windows } from "../ops/windows.ts";

export type Axis = 0 | 1;

/** First and last row or column, both inside; above one another where there is none. */
export type Range = readonly [first: number, last: number];

/** After `period` positions, what a position depends on has moved by `shift`. */
export interface Period {
  readonly period: number;
  readonly shift: number;
}

/** Periods beyond this are not looked for: every position is then a phase of its own. */
export const phaseLimit = 64;

/** Height and width: a tensor of fewer dimensions has the size 1 there. */
export const planeOf = ({ shape }: Pick<Node, "shape">): readonly [number, number] => [
  shape.at(-2) ?? 1,
  shape.at(-1) ?? 1,
];

/** The rows or columns of input number `which` that position `at` of a node depends on. */
export function windowOf(node: Node, axis: Axis, which: number, at: number): Interval {
  const { op } = node;
  const length = planeOf(node)[axis];
  const inputLength = planeOf(node.inputs[which]!)[axis];
  if (op.kind === "elementwise") return inputLength === 1 && length > 1 ? [0, 0] : [at, at];
  if (!windows.has(op)) return null;
  const range = ask(node, axis, which, at);
  if (range === null) return null;
  // Ops that look their windows up in a table know none outside of the output.
  if (!isKnown(range)) return ask(node, axis, which, Math.min(length - 1, Math.max(0, at)));
  const all = length === 1 && inputLength > 1 && range[0] === 0 && range[1] === inputLength - 1;
  return all && !isKnown(ask(node, axis, which, 1)) ? null : range;
}

/**
 * How a node's windows repeat. `everywhere`: at every whole position, so that padding behind it can be followed;
 * otherwise in the middle of its output only, as where a resampling repeats the edge. Null: they don't.
 */
export function periodOf(node: Node, axis: Axis, which: number): (Period & { readonly everywhere: boolean }) | null {
  const { op } = node;
  const length = planeOf(node)[axis];
  if (op.kind === "elementwise") {
    const repeated = length > 1 && planeOf(node.inputs[which]!)[axis] === 1;
    return { period: 1, shift: repeated ? 0 : 1, everywhere: true };
  }
  // Where inputs lie side by side, their windows end in the middle of the output.
  if (op.kind === "placement" && node.inputs.length > 1 && planeOf(node.inputs[which]!)[axis] !== length) return null;
  const everywhere = [-1, length].every((at) => isKnown(ask(node, axis, which, at)));
  const centre = Math.floor((length - 1) / 2);
  for (let period = 1; period <= phaseLimit; period++) {
    const from = everywhere ? -1 : Math.max(0, centre - period);
    const to = everywhere ? period : Math.min(length - 1 - period, centre + 1);
    if (to < from) return null;
    const shift = shiftOver(node, axis, which, period, from, to);
    if (shift !== null) return { period, shift, everywhere };
  }
  return null;
}

function shiftOver(node: Node, axis: Axis, which: number, period: number, from: number, to: number): number | null {
  let shift: number | null = null;
  for (let at = from; at <= to; at++) {
    const a = ask(node, axis, which, at);
    const b = ask(node, axis, which, at + period);
    if (!a || !b || b[0] - a[0] !== b[1] - a[1]) return null;
    shift ??= b[0] - a[0];
    if (b[0] - a[0] !== shift) return null;
  }
  return shift;
}

function ask(node: Node, axis: Axis, which: number, at: number): Interval {
  const { op, inputs, attributes } = node;
  return windows.get(op)?.(at, axis, which, inputs, node, attributes) ?? null;
}

const isKnown = (range: Interval) => range !== null && Number.isFinite(range[0]) && Number.isFinite(range[1]);

/** The positions of an input that an interval of a node's output depends on: the smallest interval that holds them. */
export function inputRange(node: Node, axis: Axis, which: number, [first, last]: Range): Range | null {
  const low = windowOf(node, axis, which, first);
  const high = first === last ? low : windowOf(node, axis, which, last);
  let range = hull(low, high);
  // Windows that follow a rule move one way, so that the ends decide. A table may turn back, as a mirrored border does.
  const turns = node.op.kind !== "elementwise" && !isKnown(ask(node, axis, which, -1));
  if (!turns || range === null) return range;
  const end = Math.min(last, planeOf(node)[axis] - 1);
  for (let at = Math.max(first, 0); at <= end; at++) range = hull(range, windowOf(node, axis, which, at));
  return range;
}

/** A composition that does not say what it depends on is looked into. */
export const isOpen = ({ op }: Node): boolean => op.kind === "composition" && !windows.has(op);

/** What has to be known before a node is followed: its inputs, or the body of a composition that is open. */
export const followed = (node: Node): readonly Node[] => (isOpen(node) ? [node.lowered!] : node.inputs);

/** The smallest interval that holds both. */
export function hull(a: Interval, b: Interval): Range | null {
  return a && b ? [Math.min(a[0], b[0]), Math.max(a[1], b[1])] : null;
}

/** How positions repeat that depend on ones which repeat so themselves. */
export function compose(outer: Period, inner: Period): Period {
  const times = inner.period / divisor(inner.period, Math.abs(outer.shift));
  return { period: outer.period * times, shift: ((outer.shift * times) / inner.period) * inner.shift };
}

/** Both together; null where one moves on faster than the other. */
export function together(a: Period, b: Period): Period | null {
  if (a.shift * b.period !== b.shift * a.period) return null;
  const times = b.period / divisor(a.period, b.period);
  return { period: a.period * times, shift: a.shift * times };
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
