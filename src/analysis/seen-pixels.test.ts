import { expect, test } from "vitest";
import { gradients } from "../core/gradient.ts";
import { dataNode } from "../core/node.ts";
import { numel } from "../core/shape.ts";
import { evaluate } from "../devices/reference/evaluate.ts";
import * as ops from "../ops/index.ts";
import { buildFieldNetwork, fieldNetwork, Leaves } from "../testing/field-network.ts";
import { leafData } from "../testing/golden-run.ts";
import { fieldBox } from "./field-box.ts";
import { FieldMap } from "./receptive-field.ts";
import { recorded } from "./recording.ts";
import { seenPixels } from "./seen-pixels.ts";

/**
 * Where the input has a gradient, for each of these positions of the output: each is one of a batch, so that one backward
 * pass finds them all.
 */
function gradientsAt(seed: number, draw: number, positions: readonly number[]): Uint8Array[] {
  const { input, steps } = fieldNetwork(seed);
  const leaves = new Leaves(1000 * seed + draw + 1);
  const x = leaves.random(positions.length, ...input.slice(1));
  const y = buildFieldNetwork(steps, x, leaves);
  const plane = y.shape[2]! * y.shape[3]!;
  const weights = new Float32Array(numel(y.shape));
  for (const [which, at] of positions.entries()) {
    for (let channel = 0; channel < y.shape[1]!; channel++) {
      weights[(which * y.shape[1]! + channel) * plane + at] = 1 + Math.sin(seed + 7 * draw + channel);
    }
  }
  const [grad] = gradients(y, dataNode(weights, y.shape), [x], ops.add);
  const values = evaluate([grad!], leafData, "float64")[0]!;
  const cells = input[2]! * input[3]!;
  return positions.map((_, which) => {
    const found = new Uint8Array(cells);
    const start = which * input[1]! * cells;
    for (let at = 0; at < input[1]! * cells; at++) if (values[start + at] !== 0) found[at % cells] = 1;
    return found;
  });
}

const within = (inner: readonly [number, number], outer: readonly [number, number] | null) =>
  outer === null || (inner[0] >= outer[0] && inner[1] <= outer[1]);

test.each(Array.from({ length: 5 }, (_, part) => part))(
  "networks %#: every pixel with a gradient, and no other",
  (part) => {
    for (let seed = 48 * part; seed < 48 * (part + 1); seed++) {
      const { input, steps } = fieldNetwork(seed);
      const leaves = new Leaves(1);
      const x = leaves.random(...input);
      const y = buildFieldNetwork(steps, x, leaves);
      const [height, width] = y.shape.slice(2) as [number, number];
      const map = new FieldMap({ input: x, outputs: [y], order: recorded([y]) });
      const seen = Array.from({ length: height * width }, (_, at) =>
        seenPixels(x, y, [Math.floor(at / width), at % width]),
      );
      const name = (at: number) =>
        `network ${seed}, position ${Math.floor(at / width)},${at % width}: ${steps.map((step) => step.name).join("; ")}`;
      for (const [at, { rows, columns }] of seen.entries()) {
        const position = [Math.floor(at / width), at % width] as const;
        if (!rows || !columns) continue;
        const box = fieldBox(x, y, position)!;
        expect(within(rows, box[0]) && within(columns, box[1]), `box, ${name(at)}`).toBe(true);
        expect(within(rows, map.interval(y, 0, position[0])!), `rows, ${name(at)}`).toBe(true);
        expect(within(columns, map.interval(y, 1, position[1])!), `columns, ${name(at)}`).toBe(true);
      }
      // A maximum hands its gradient to one pixel: some positions need more draws than others.
      const union = seen.map(({ cells }) => new Uint8Array(cells.length));
      let open = [...seen.keys()];
      for (let draw = 0; draw < 60 && open.length > 0; draw++) {
        const found = gradientsAt(seed, draw, open);
        for (const [which, at] of open.entries()) {
          const { cells } = seen[at]!;
          for (const [cell, value] of found[which]!.entries()) {
            if (value === 0) continue;
            if (cells[cell] === 0) expect.fail(`a gradient outside: pixel ${cell}, ${name(at)}`);
            union[at]![cell] = 1;
          }
        }
        open = open.filter((at) => union[at]!.some((value, cell) => value !== seen[at]!.cells[cell]));
      }
      expect(open.map(name), "pixels without a gradient").toEqual([]);
    }
  },
);
