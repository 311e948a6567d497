import { expect, test } from "vitest";
import { Generator } from "../core/generator.ts";
import { type Stage, scheduleBands } from "./band-schedule.ts";

/** A stage of a convolution: `kernel` rows at `stride`, over `input` rows with `padding`. */
function stage(input: number, kernel: number, stride: number, padding: number, align: number): Stage {
  const inside = (row: number) => Math.max(0, Math.min(input, row));
  return {
    rows: Math.floor((input + 2 * padding - kernel) / stride) + 1,
    align,
    reads: (from, to) => [
      inside(from * stride - padding),
      inside((Math.ceil(to / align) * align - 1) * stride - padding + kernel),
    ],
  };
}

function randomStages(seed: number): Stage[] {
  const generator = new Generator(seed);
  const between = (low: number, high: number) => low + generator.integer(high - low + 1);
  const stages: Stage[] = [];
  let rows = between(20, 90);
  for (let count = between(2, 5); stages.length < count; ) {
    const kernel = between(1, 5);
    const winograd = kernel === 3 && between(0, 1) === 1;
    const next = stage(rows, kernel, winograd ? 1 : between(1, 2), between(0, 2), winograd ? between(1, 2) * 2 : 1);
    if (next.rows < 3) break;
    stages.push(next);
    rows = next.rows;
  }
  return stages;
}

test.each(Array.from({ length: 300 }, (_, seed) => seed))("schedule %i: every row is there when it is read", (seed) => {
  const stages = randomStages(seed);
  const { align, rows } = stages[stages.length - 1]!;
  const band = align * (1 + (seed % 7));
  const { turns, capacities } = scheduleBands(stages, band);
  // What is in each buffer: the number of a row of the image, or nothing.
  const buffers = capacities.map((capacity) => new Array<number>(capacity).fill(-1));
  const done: number[] = [];
  for (const turn of turns) {
    if (turn.kind === "move") {
      const buffer = buffers[turn.stage]!;
      expect(turn.at).toBeGreaterThanOrEqual(turn.rows);
      expect(turn.at + turn.rows).toBeLessThanOrEqual(buffer.length);
      for (let row = 0; row < turn.rows; row++) buffer[row] = buffer[turn.at + row]!;
      continue;
    }
    const { stage: at, from, to, inputBase, outputBase } = turn;
    expect(from % stages[at]!.align).toBe(0);
    if (to < stages[at]!.rows) expect(to % stages[at]!.align).toBe(0);
    const [first, end] = stages[at]!.reads(from, to);
    if (at > 0) for (let row = first; row < end; row++) expect(buffers[at - 1]![row - inputBase]).toBe(row);
    for (let row = from; row < to; row++) {
      if (at === stages.length - 1) done.push(row);
      else buffers[at]![row - outputBase] = row;
    }
    if (at < stages.length - 1) expect(buffers[at]).toHaveLength(capacities[at]!);
  }
  expect(done).toEqual(Array.from({ length: rows }, (_, row) => row));
});
