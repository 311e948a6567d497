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
    const [fromChain, toChain] = [chainOf.get(from)!, chainOf.get(to)!];
    const along =
      fromChain === toChain ? [] : pointsOf(graph, fromChain, toChain).flatMap(([x, y]) => upright(x, y, ranks));
    const [start, end] = [places.get(from)!, places.get(to)!];
    const points: Point[] = [[start[0], start[1] + sizeOf(from) / 2], ...along, [end[0], end[1] - sizeOf(to) / 2]];
    return { from: numberOf(from), to: numberOf(to), points: points.map(([x, y]) => [round(x), round(y)]) };
  });
  const { width, height } = graph.graph() as { width: number; height: number };
  return {
    width: round(width),
    height: round(height),
    places: items.map((item) => {
      const [x, y] = places.get(`${item}`)!;
      return [item, round(x), round(y)];
    }),
    lines,
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
function ranksOf(graph: Graph): Rank[] {
  const ranks = new Map<number, Rank>();
  for (const name of graph.nodes()) {
    const { y, height, rank } = graph.node(name) as { y: number; height: number; rank: number };
    const [top, bottom] = ranks.get(rank) ?? [y, y];
    ranks.set(rank, [Math.min(top, y - height / 2), Math.max(bottom, y + height / 2)]);
  }
  return [...ranks.values()];
}

/** The points between the ends. */
function pointsOf(graph: Graph, from: string, to: string): Point[] {
  const { points } = graph.edge(from, to) as { points: { x: number; y: number }[] };
  return points.slice(1, -1).map(({ x, y }) => [x, y]);
}

/** Beside a row of boxes a line runs straight down, so that it crosses no tall one; between rows it is free. */
function upright(x: number, y: number, ranks: readonly Rank[]): Point[] {
  const rank = ranks.find(([top, bottom]) => top < y && y < bottom);
  return rank
    ? [
        [x, rank[0]],
        [x, rank[1]],
      ]
    : [];
}
