/** A step of a chain, as far as its rows go. */
export interface Stage {
  readonly rows: number;
  readonly align: number;
  reads(from: number, to: number): readonly [first: number, end: number];
}

/**
 * What to do next: rows [from, to) of a stage, whose input and output lie in buffers that begin with the rows `inputBase`
 * and `outputBase`; or to move the last `rows` rows of a stage's buffer, from its row `at` on, to its beginning.
 */
export type Turn =
  | {
      readonly kind: "rows";
      readonly stage: number;
      readonly from: number;
      readonly to: number;
      readonly inputBase: number;
      readonly outputBase: number;
    }
  | { readonly kind: "move"; readonly stage: number; readonly at: number; readonly rows: number };

export interface Schedule {
  readonly turns: readonly Turn[];
  /** Rows that the buffer behind each stage but the last needs. */
  readonly capacities: readonly number[];
}

/** How far each stage is in a band: rows done before it, rows done after it, and the first row that it still reads of each. */
interface Front {
  readonly done: readonly number[];
  readonly to: readonly number[];
  readonly keep: readonly number[];
}

/**
 * Runs the last stage in bands of `rows` rows, and before each band the others as far as it needs them. Rows that are needed
 * again are kept: a buffer is filled from top to bottom, then they move to its top.
 */
export function scheduleBands(stages: readonly Stage[], rows: number): Schedule {
  const fronts = bandFronts(stages, rows);
  const inner = stages.slice(0, -1);
  // Rows move only where they do not overlap with themselves.
  const capacities = inner.map((_, at) =>
    Math.max(
      ...fronts.map(({ done, to, keep }) => {
        const kept = Math.max(0, done[at]! - keep[at]!);
        return to[at]! - done[at]! + 2 * kept;
      }),
    ),
  );
  const bases = stages.map(() => 0);
  const turns: Turn[] = [];
  for (const { done, to, keep } of fronts) {
    for (const [stage, end] of to.entries()) {
      const from = done[stage]!;
      if (from === end) continue;
      if (stage < inner.length && end - bases[stage]! > capacities[stage]!) {
        const kept = from - keep[stage]!;
        if (kept > 0) turns.push({ kind: "move", stage, at: keep[stage]! - bases[stage]!, rows: kept });
        bases[stage] = Math.min(from, keep[stage]!);
      }
      turns.push({ kind: "rows", stage, from, to: end, inputBase: bases[stage - 1] ?? 0, outputBase: bases[stage]! });
    }
  }
  return { turns, capacities };
}

function bandFronts(stages: readonly Stage[], rows: number): Front[] {
  const last = stages.length - 1;
  const fronts: Front[] = [];
  let done = stages.map(() => 0);
  for (let band = 0; band < stages[last]!.rows; band += rows) {
    const to = [...done];
    const keep = stages.map(() => 0);
    to[last] = Math.min(stages[last]!.rows, band + rows);
    for (let at = last - 1; at >= 0; at--) {
      const next = at + 1;
      const stage = stages[at]!;
      const [first, end] = to[next]! > done[next]! ? stages[next]!.reads(done[next]!, to[next]!) : [done[at]!, 0];
      keep[at] = first;
      if (end > done[at]!) to[at] = Math.min(stage.rows, Math.ceil(end / stage.align) * stage.align);
    }
    fronts.push({ done, to, keep });
    done = to;
  }
  return fronts;
}
