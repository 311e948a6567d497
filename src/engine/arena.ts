import { alignedBytes, type Chain, type Lifetime, type Plan, type PlannedStep, touched } from "./plan.ts";
import type { Buffer } from "./view.ts";

/** Places every arena buffer so that those alive at the same time do not overlap: largest first, in the lowest gap. */
export function placeBuffers(
  buffers: readonly Buffer[],
  steps: readonly PlannedStep[],
  chains: readonly Chain[],
  fromStart: ReadonlySet<Buffer>,
  toEnd: ReadonlySet<Buffer>,
  kept: ReadonlyMap<Buffer, number>,
): Pick<Plan, "offsets" | "lifetimes" | "arenaBytes" | "liveBytes"> {
  const first = new Map<Buffer, number>();
  const last = new Map<Buffer, number>();
  for (const buffer of fromStart) first.set(buffer, -1);
  for (const [index, step] of steps.entries()) {
    const chain = chains.find((each) => each.first <= index && index <= each.last);
    for (const buffer of touched(step)) {
      if (!first.has(buffer)) first.set(buffer, chain?.first ?? index);
      last.set(buffer, chain?.last ?? index);
    }
  }
  for (const buffer of toEnd) last.set(buffer, steps.length);
  const offsets = new Array<number>(buffers.length).fill(-1);
  const waiting = buffers
    .filter(({ home }) => home.kind === "arena" || home.kind === "data")
    .filter((buffer) => first.has(buffer) && !kept.has(buffer))
    .sort((a, b) => b.size - a.size || a.id - b.id);
  const lifetimes = new Map<Buffer, Lifetime>();
  const placed: { start: number; end: number; first: number; last: number }[] = [];
  const events = new Array<number>(steps.length + 3).fill(0);
  let arenaBytes = 0;
  for (const buffer of waiting) {
    const from = first.get(buffer)!;
    const to = last.get(buffer) ?? from;
    const bytes = alignedBytes(buffer);
    lifetimes.set(buffer, { first: from, last: to, bytes });
    events[from + 1]! += bytes;
    events[to + 2]! -= bytes;
    const others = placed.filter((each) => each.first <= to && from <= each.last).sort((a, b) => a.start - b.start);
    let start = 0;
    for (const other of others) {
      if (start + bytes <= other.start) break;
      start = Math.max(start, other.end);
    }
    placed.push({ start, end: start + bytes, first: from, last: to });
    offsets[buffer.id] = start;
    arenaBytes = Math.max(arenaBytes, start + bytes);
  }
  let live = 0;
  let liveBytes = 0;
  for (const change of events) liveBytes = Math.max(liveBytes, (live += change));
  return { offsets, lifetimes, arenaBytes, liveBytes };
}
