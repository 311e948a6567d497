import type { BlockGraph, NetworkGraph } from "../../analysis/index.ts";
import { type BlockLayout, layOutBlock } from "./lay-out-block.ts";

/** The root and every block inside, by the item that holds it. */
export interface GraphLayout {
  readonly root: BlockLayout;
  readonly blocks: ReadonlyMap<number, BlockLayout>;
}

/** Lays out every block by itself. Networks repeat their blocks: equal ones are laid out once. */
export function layOutGraph({ items, root }: NetworkGraph): GraphLayout {
  const known = new Map<string, BlockLayout>();
  const layOut = ({ items: ids, edges }: BlockGraph): BlockLayout => {
    const places = new Map(ids.map((id, at) => [id, at]));
    const place = (id: number | null) => (id === null ? null : places.get(id)!);
    const shape = {
      items: [...ids.keys()],
      edges: edges.map(([from, to]) => [place(from), place(to)] as const),
    };
    const key = JSON.stringify(shape);
    const laid = known.get(key) ?? layOutBlock(shape);
    known.set(key, laid);
    const item = (at: number | null) => (at === null ? null : ids[at]!);
    return {
      ...laid,
      places: laid.places.map(([at, x, y]) => [ids[at]!, x, y]),
      lines: laid.lines.map((line) => ({ ...line, from: item(line.from), to: item(line.to) })),
    };
  };
  const blocks = new Map(items.flatMap(({ id, inside }) => (inside ? [[id, layOut(inside)] as const] : [])));
  return { root: layOut(root), blocks };
}

/** The blocks that are opened at first: level by level, as long as about a screen or two of boxes is seen. */
export function openedAtFirst({ items, root }: NetworkGraph, most = 80): ReadonlySet<number> {
  const opened = new Set<number>();
  let level = root.items.filter((id) => items[id]!.inside);
  let seen = root.items.length;
  while (level.length > 0) {
    const inside = level.flatMap((id) => items[id]!.inside!.items);
    seen += inside.length - level.length;
    if (seen > most) break;
    for (const id of level) opened.add(id);
    level = inside.filter((id) => items[id]!.inside);
  }
  return opened;
}
