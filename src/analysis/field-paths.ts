import type { Node } from "../core/node.ts";
import { type Box, boxAt, boxThrough } from "./field-box.ts";
import { nodesBetween, type Position } from "./followed.ts";
import { type Axis, followed, isOpen, periodOf, planeOf, type Range } from "./window.ts";

/** What a position sees along one axis through one path, in pixels of the network's input. Padding counts as pixels. */
export interface PathAxis {
  /** True: the path takes the whole axis (a global operation); the figures are then the axis'. */
  readonly whole: boolean;
  readonly first: number;
  readonly last: number;
  readonly size: number;
  /** Pixels from one position to the next; 0 with `whole`, null where they have no one distance. */
  readonly stride: number | null;
  /** The first pixel of position 0, `first - stride · position`: the effective padding with its sign turned. */
  readonly start: number | null;
  readonly centre: number;
}

/** Paths through the branches of a network that see the same. */
export interface FieldPath {
  readonly height: PathAxis;
  readonly width: PathAxis;
  /** How many ways through the graph lead here. */
  readonly routes: number;
}

export interface FieldPaths {
  readonly position: Position;
  /** Largest first. Paths of the same size, stride and start are one. */
  readonly paths: readonly FieldPath[];
  /**
   * Whether all paths but global ones have the same stride and the same centre. Null: those kept do, but not all were
   * followed.
   */
  readonly aligned: boolean | null;
  /** Paths that were not followed to the input because there were more than `limit` different ones at a layer: the smallest. */
  readonly leftOut: number;
}

interface State {
  readonly box: Box;
  readonly strides: readonly [height: number | null, width: number | null];
  routes: number;
}

/** Every path from the network's input to one position of a node. */
export function fieldPaths(input: Node, node: Node, position: Position, limit = 1000): FieldPaths {
  const states = new Map<Node, Map<string, State>>();
  put(states, node, { box: boxAt(position), strides: [1, 1], routes: 1 });
  let leftOut = 0;
  for (const each of nodesBetween(input, node).reverse()) {
    const kept = [...(states.get(each)?.values() ?? [])];
    if (kept.length > limit) {
      kept.sort((a, b) => sizeOf(b) - sizeOf(a));
      leftOut += kept.length - limit;
      kept.length = limit;
    }
    states.delete(each);
    for (const [which, from] of followed(each).entries()) {
      const strides = stridesOf(each, which);
      for (const state of kept) {
        const box = boxThrough(state.box, each, which);
        if (box) put(states, from, { ...state, box, strides: product(state.strides, strides) });
      }
    }
  }
  const reached = [...(states.get(input)?.values() ?? [])].sort((a, b) => sizeOf(b) - sizeOf(a));
  const paths = reached.map(({ box, strides, routes }) => {
    const along = (axis: Axis) => pathAxis(box[axis], strides[axis], position[axis], planeOf(input)[axis]);
    return { height: along(0), width: along(1), routes };
  });
  const lineUp = inLine(paths.map((path) => path.height)) && inLine(paths.map((path) => path.width));
  return { position, paths, aligned: lineUp && leftOut > 0 ? null : lineUp, leftOut };
}

const product = (a: State["strides"], b: State["strides"]): State["strides"] => {
  const along = (axis: Axis) => (a[axis] === null || b[axis] === null ? null : a[axis] * b[axis]);
  return [along(0), along(1)];
};

function stridesOf(node: Node, which: number): State["strides"] {
  if (isOpen(node)) return [1, 1];
  const along = (axis: Axis) => {
    const period = periodOf(node, axis, which);
    return period && period.shift / period.period;
  };
  return [along(0), along(1)];
}

function put(states: Map<Node, Map<string, State>>, node: Node, state: State): void {
  const { box, strides } = state;
  const key = box.map((range, axis) => (range ? `${range} ${strides[axis]?.toFixed(9)}` : "whole")).join("; ");
  let all = states.get(node);
  if (!all) {
    all = new Map();
    states.set(node, all);
  }
  const known = all.get(key);
  if (known) known.routes += state.routes;
  else all.set(key, state);
}

/** Whole axes are the largest. */
function sizeOf({ box }: State): number {
  const [height, width] = box.map((range) => (range ? range[1] - range[0] + 1 : 1e9));
  return height! * width!;
}

function pathAxis(range: Range | null, stride: number | null, at: number, length: number): PathAxis {
  if (range === null) {
    return { whole: true, first: 0, last: length - 1, size: length, stride: 0, start: 0, centre: (length - 1) / 2 };
  }
  const [first, last] = range;
  const start = stride === null ? null : first - stride * at;
  return { whole: false, first, last, size: last - first + 1, stride, start, centre: (first + last) / 2 };
}

/** Strides are products of fractions: they are compared with some room. */
function inLine(axes: readonly PathAxis[]): boolean {
  const [one, ...others] = axes.filter(({ whole }) => !whole);
  const near = (a: number | null, b: number | null) => a !== null && b !== null && Math.abs(a - b) < 1e-9;
  return others.every(({ stride, centre }) => near(stride, one!.stride) && centre === one!.centre);
}
