import type { CostRule } from "../../core/op.ts";
import { numel } from "../../core/shape.ts";
import { type AxisMap, axisTable, rowsOf } from "./axis-map.ts";

/** What a pass along one axis consists of. */
interface Terms {
  readonly terms: number;
  /** Terms with a weight of 1, which copy. */
  readonly copies: number;
  /** Outputs that are not 0 whatever the input. */
  readonly rows: number;
}

/** Kinds whose every output is one input. */
const copying = new Set(["identity", "flip", "nearest", "reflect", "wrap", "replicate"]);

const known = new Map<string, Terms>();
const mostKnown = 256;

/** Found without the map's table, which a large axis would fill the memory with. */
export function termsOf(map: AxisMap): Terms {
  const key = map.join(" ");
  let found = known.get(key);
  if (!found) {
    found = count(map);
    if (known.size >= mostKnown) known.delete(known.keys().next().value!);
    known.set(key, found);
  }
  return found;
}

function count(map: AxisMap): Terms {
  if (copying.has(map[0])) return { terms: map[2], copies: map[2], rows: map[2] };
  const row = rowsOf(map);
  let terms = 0;
  let copies = 0;
  let rows = 0;
  for (let output = 0; output < map[2]; output++) {
    const before = terms;
    row(output, (_index, weight) => {
      terms++;
      if (weight === 1) copies++;
    });
    if (terms > before) rows++;
  }
  return { terms, copies, rows };
}

function rowsReached(map: AxisMap): number {
  const { starts } = axisTable(map, true);
  return starts.subarray(1).reduce((count, end, row) => (end > starts[row]! ? count + 1 : count), 0);
}

/** Multiplications and additions of one pass, and its outputs that are not 0 whatever the input. */
function passCost(map: AxisMap, transposed: boolean): { multiplications: number; additions: number; rows: number } {
  const { terms, copies, rows } = termsOf(map);
  const reached = transposed ? rowsReached(map) : rows;
  return { multiplications: terms - copies, additions: terms - reached, rows: reached };
}

export const resample2dCost: CostRule = ([input], _output, { mapH, mapW, transposed }) => {
  const down = passCost(mapH as unknown as AxisMap, transposed as boolean);
  const across = passCost(mapW as unknown as AxisMap, transposed as boolean);
  const planes = numel(input!.shape.slice(0, -2));
  const width = input!.shape.at(-1)!;
  const count = (kind: "multiplications" | "additions") => planes * (down[kind] * width + across[kind] * down.rows);
  return {
    multiplications: count("multiplications"),
    additions: count("additions"),
    biasAdditions: 0,
    other: {},
  };
};
