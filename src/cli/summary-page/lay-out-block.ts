import { Graph, layout } from "@dagrejs/dagre";
import type { BlockGraph } from "../../analysis/index.ts";

/** Of every box, with what it holds closed; in pixels. */
export const boxWidth = 212;
export const boxHeight = 46;
const gap = 28;

/** Where the boxes of a block stand, all closed, in pixels from its top left corner. */
export interface BlockLayout {
  readonly width: number;
  readonly height: number;
  /** Centres. */
  readonly places: readonly (readonly [item: number, x: number, y: number])[];
  /** From the bottom of a box to the top of another, along points between them; null stands for the block's own border. */
  readonly lines: readonly Line[];
}

export interface Line {
  readonly from: number | null;
  readonly to: number | null;
  readonly points: readonly Point[];
}

export type Point = readonly [x: number, y: number];

/** Boxes one below the other that a single line runs through: laid out as one. */
interface Chain {
  readonly name: string;
  readonly nodes: readonly string[];
}

/** Every box below those that it takes values from; boxes in a row stand straight below each other. */
export function layOutBlock({ items, edges }: BlockGraph): BlockLayout {
  const arrows = edges.map(([from, to]) => ({
    from: from === null ? "in" : `${from}`,
    to: to === null ? "out" : `${to}`,
  }));
  const ends = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  const nodes = [ends.has("in") ? ["in"] : [], items.map(String), ends.has("out") ? ["out"] : []].flat();
  const chains = chainsOf(nodes, arrows);
  const chainOf = new Map(chains.flatMap((chain) => chain.nodes.map((node) => [node, chain.name])));
  const graph = new Graph();
  graph.setGraph({ nodesep: 24, edgesep: 18, ranksep: 2 * gap });
  for (const { name, nodes: held } of chains) graph.setNode(name, { width: widthOf(held), height: heightOf(held) });
  const crossing = arrows.filter(({ from, to }) => chainOf.get(from) !== chainOf.get(to));
  for (const { from, to } of crossing) graph.setEdge(chainOf.get(from)!, chainOf.get(to)!, {});
  layout(graph);
  const places = new Map<string, Point>();
  for (const { name, nodes: held } of chains) {
    const { x, y } = graph.node(name) as { x: number; y: number };
    let top = y - heightOf(held) / 2;
    for (const node of held) {
      places.set(node, [x, top + sizeOf(node) / 2]);
      top += sizeOf(node) + gap;
    }
  }
  const ranks = ranksOf(graph);
  const lines = arrows.map(({ from, to }): Line => {
    const [start, end] = [places.get(from)!, places.get(to)!];
    const between = lineBetween(graph, chainOf.get(from)!, chainOf.get(to)!, start[0], end[0], ranks);
    const points: Point[] = [[start[0], start[1] + sizeOf(from) / 2], ...between, [end[0], end[1] - sizeOf(to) / 2]];
    return { from: numberOf(from), to: numberOf(to), points };
  });
  return trimmed(items, places, lines);
}

/** Moved to the corner: dagre's own size leaves out where lines run. */
function trimmed(items: readonly number[], places: ReadonlyMap<string, Point>, lines: readonly Line[]): BlockLayout {
  const centres = items.map((item) => places.get(`${item}`)!);
  const points = lines.flatMap((line) => line.points);
  const extent = (axis: 0 | 1, half: number) => {
    const ends = [...centres.flatMap((at) => [at[axis] - half, at[axis] + half]), ...points.map((at) => at[axis])];
    return [ends.reduce((a, b) => Math.min(a, b)), ends.reduce((a, b) => Math.max(a, b))] as const;
  };
  const [left, right] = extent(0, boxWidth / 2);
  const [top, bottom] = extent(1, boxHeight / 2);
  // Branches read from left to right in the order of their calls.
  const middle = (left + right) / 2;
  const mirrored = centres.reduce((sum, [x], at) => sum + (x - middle) * (at - (centres.length - 1) / 2), 0) < 0;
  const moved = ([x, y]: Point): Point => [round(mirrored ? right - x : x - left), round(y - top)];
  return {
    width: round(right - left),
    height: round(bottom - top),
    places: items.map((item, at) => [item, ...moved(centres[at]!)]),
    lines: lines.map((line) => ({ ...line, points: line.points.map(moved) })),
  };
}

function chainsOf(nodes: readonly string[], arrows: readonly { from: string; to: string }[]): Chain[] {
  const after = new Map<string, string[]>(nodes.map((node) => [node, []]));
  const before = new Map<string, string[]>(nodes.map((node) => [node, []]));
  for (const { from, to } of arrows) {
    after.get(from)!.push(to);
    before.get(to)!.push(from);
  }
  const onlyNext = (node: string) => {
    const [next, more] = after.get(node)!;
    return next !== undefined && more === undefined && before.get(next)!.length === 1 ? next : undefined;
  };
  const followers = new Set(nodes.map(onlyNext).filter((next) => next !== undefined));
  return nodes
    .filter((node) => !followers.has(node))
    .map((name) => {
      const held = [name];
      for (let next = onlyNext(name); next !== undefined; next = onlyNext(next)) held.push(next);
      return { name, nodes: held };
    });
}

const isPort = (node: string) => node === "in" || node === "out";
const sizeOf = (node: string) => (isPort(node) ? 0 : boxHeight);
const widthOf = (nodes: readonly string[]) => (nodes.every(isPort) ? 1 : boxWidth);
const heightOf = (nodes: readonly string[]) => nodes.reduce((sum, node) => sum + sizeOf(node) + gap, -gap);
const numberOf = (node: string) => (isPort(node) ? null : Number(node));
const round = (value: number) => Math.round(value * 10) / 10;

type Rank = readonly [top: number, bottom: number];

/** What each row of boxes takes of the height. */
function ranksOf(graph: Graph): Map<number, Rank> {
  const ranks = new Map<number, Rank>();
  for (const name of graph.nodes()) {
    const { y, height, rank } = graph.node(name) as { y: number; height: number; rank: number };
    const [top, bottom] = ranks.get(rank) ?? [y, y];
    ranks.set(rank, [Math.min(top, y - height / 2), Math.max(bottom, y + height / 2)]);
  }
  return ranks;
}

/** Beside a row of boxes a line runs straight down, so that it crosses no tall one; between rows it is free. */
function lineBetween(
  graph: Graph,
  from: string,
  to: string,
  startX: number,
  endX: number,
  ranks: ReadonlyMap<number, Rank>,
): Point[] {
  if (from === to) return [];
  const rankOf = (name: string) => ranks.get((graph.node(name) as { rank: number }).rank)!;
  const { points } = graph.edge(from, to) as { points: { x: number; y: number }[] };
  const beside = points.slice(1, -1).flatMap(({ x, y }): Point[] => {
    const rank = [...ranks.values()].find(([top, bottom]) => top < y && y < bottom);
    return rank ? rank.map((at): Point => [x, at]) : [];
  });
  return [[startX, rankOf(from)[1]], ...beside, [endX, rankOf(to)[0]]];
}
