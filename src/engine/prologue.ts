import { alignedBytes, type PlannedStep } from "./plan.ts";
import type { Buffer } from "./view.ts";

/** The steps of a plan whose results stay the same as long as the cells that they read do. */
export interface Prologue {
  /** All steps of the plan: those of the prologue first. */
  readonly steps: readonly PlannedStep[];
  readonly prologueSteps: number;
  /** What the other steps read of the prologue's results, and its byte offset in the memory that is kept between runs. */
  readonly kept: ReadonlyMap<Buffer, number>;
  readonly keptBytes: number;
  /** Slots of the cells that the prologue reads. */
  readonly keptCells: readonly number[];
}

interface Uses {
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
}

/**
 * Splits off what depends on cells alone that the plan does not write: packed weights, folded batch norms. `results`:
 * buffers that the plan gives back. At most `limit` bytes are kept, of the first steps; the rest is computed in every run.
 */
export function splitPrologue(
  planned: readonly PlannedStep[],
  results: ReadonlySet<Buffer>,
  writtenCells: ReadonlySet<number>,
  limit: number,
): Prologue {
  const uses = usesOf(planned);
  const varying = new Set(results);
  const varies = (buffer: Buffer): boolean => {
    const { home } = buffer;
    return home.kind === "cell" ? writtenCells.has(home.slot) : home.kind === "data" || varying.has(buffer);
  };
  const constant = planned.map(() => true);
  for (;;) {
    spread(uses, constant, varying, varies);
    const kept = new Map<Buffer, number>();
    let keptBytes = 0;
    for (const buffer of uses.flatMap(({ reads }, at) => (constant[at] ? [] : reads))) {
      if (buffer.home.kind !== "arena" || buffer.size === 0 || varies(buffer) || kept.has(buffer)) continue;
      kept.set(buffer, keptBytes);
      keptBytes += alignedBytes(buffer);
    }
    if (keptBytes > limit) {
      constant[constant.lastIndexOf(true)] = false;
      continue;
    }
    const first = planned.filter((_, at) => constant[at]);
    const cells = uses.flatMap(({ reads }, at) => (constant[at] ? reads.flatMap(cellOf) : []));
    return {
      steps: [...first, ...planned.filter((_, at) => !constant[at])],
      prologueSteps: first.length,
      kept,
      keptBytes,
      keptCells: [...new Set(cells)],
    };
  }
}

const cellOf = ({ home }: Buffer): number[] => (home.kind === "cell" ? [home.slot] : []);

/** What a step that varies writes varies, and so do all steps that touch it. */
function spread(
  uses: readonly Uses[],
  constant: boolean[],
  varying: Set<Buffer>,
  varies: (buffer: Buffer) => boolean,
): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const [at, { reads, writes }] of uses.entries()) {
      if (constant[at] && !reads.some(varies) && !writes.some(varies)) continue;
      constant[at] = false;
      for (const buffer of writes) {
        if (varies(buffer)) continue;
        varying.add(buffer);
        changed = true;
      }
    }
  }
}

function usesOf(steps: readonly PlannedStep[]): Uses[] {
  const filled = new Set<Buffer>();
  return steps.map((planned): Uses => {
    const reads = new Set<Buffer>();
    const writes = new Set<Buffer>();
    for (const argument of planned.step.arguments) {
      if (typeof argument === "number") continue;
      const buffer = planned.buffers[argument.buffer][argument.index]!;
      // The first step that names a workspace fills it.
      const fills = argument.buffer === "output" || (argument.buffer === "workspace" && !filled.has(buffer));
      (fills ? writes : reads).add(buffer);
    }
    for (const buffer of writes) filled.add(buffer);
    return { reads: [...reads], writes: [...writes] };
  });
}
