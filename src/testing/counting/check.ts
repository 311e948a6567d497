import fc from "fast-check";
import { expect } from "vitest";
import type { Count } from "../../analysis/cost.ts";
import type { Node } from "../../core/node.ts";
import { evaluate } from "../../devices/reference/evaluate.ts";
import { type Operand, Tracked } from "./counter.ts";
import { type Case, Draw, type Drawn } from "./draw.ts";
import * as plain from "./entry.ts";
import type { Counted } from "./load.ts";

type Counts = Readonly<Record<string, number>>;

/**
 * Which elements meet in a scatter depends on numbers, so there the addition of a first term counts too: it is done, on a
 * zero in memory.
 */
const scatters: ReadonlySet<string> = new Set(["scatterSum", "maxPool2dGradient"]);

/** Runs a case on counted numbers for random shapes, and holds the figures of its ops against what was counted. */
export function checkCounts(lib: Counted, make: Case, runs: number): void {
  fc.assert(
    fc.property(fc.gen(), (choose) => {
      const choices: number[] = [];
      const draw = new Draw(lib, (min, max) => {
        const choice = choose(fc.integer, { min, max });
        choices.push(choice);
        return choice;
      });
      const drawn = make(draw);
      const values = checkDrawn(lib, draw, drawn);
      let next = 0;
      const again = make(new Draw(plain, () => choices[next++]!));
      expectNumbers(values, plainValues(again.node), "the library as it is");
    }),
    { numRuns: runs, seed: 7 },
  );
}

/** @returns the output's numbers. */
function checkDrawn(lib: Counted, draw: Draw, { node, nominal, sameNumbers = true, usual }: Drawn): Operand[] {
  const run = runCounted(lib, draw, node);
  for (const [each, counted] of run.counts) {
    const figures = lib.costOf(each);
    // Comparisons with padding are told with the nominal count only.
    const other = nominal ? {} : figures.other;
    expect(nominal ? arithmetic(counted) : counted, `${each.op.name} [${each.shape}], needed`).toEqual(
      counts({
        ...other,
        multiplications: figures.multiplications - figures.paddedMultiplications,
        additions: figures.additions - figures.paddedAdditions,
        biasAdditions: figures.biasAdditions,
      }),
    );
  }
  const figures = lib.costOf(node);
  if (node.op.kind === "composition" && !lib.costs.has(node.op)) {
    const before = new Set(lib.topological(node.inputs));
    const body = [...run.counts].filter(([each]) => !before.has(each)).map(([, counted]) => counted);
    expect(sum(body), `${node.op.name}: its body`).toEqual(nominalCounts(figures));
  }
  if (nominal) {
    const whole = runCounted(lib, draw, nominal);
    // Neither padding nor cropping changes how many outputs a bias is added to.
    const { biasAdditions: _, ...counted } = sum([...whole.counts.values()]);
    const { biasAdditions: __, ...told } = nominalCounts(figures);
    expect(counted, `${node.op.name} [${node.shape}], nominal`).toEqual(told);
    if (sameNumbers) expectNumbers(whole.values, run.values, "the nominal run");
  }
  if (usual) {
    for (const which of ["needed", "nominal"] as const) {
      lib.counter.reset();
      const values = usual[which]();
      const padded = which === "needed" ? figures.paddedAdditions : 0;
      const told = { ...nominalCounts(figures), additions: figures.additions - padded };
      expect(taken(lib, node), `${node.op.name} [${node.shape}], ${which}`).toEqual(counts(told));
      expectNumbers(values, run.values, `the usual loops, ${which}`);
    }
  }
  return run.values;
}

interface Run {
  readonly values: Operand[];
  readonly counts: Map<Node, Counts>;
}

/** Computes a node and all above it. */
function runCounted(lib: Counted, draw: Draw, root: Node): Run {
  const values = new Map<Node, ArrayLike<Operand>>();
  const counted = new Map<Node, Counts>();
  for (const node of lib.topological([root])) {
    if (node.op.kind === "leaf") {
      values.set(node, draw.numbers.get(node) ?? leafNumbers(node));
      continue;
    }
    const inputs = node.inputs.map((each) => values.get(lower(each))! as Float64Array);
    lib.counter.reset();
    values.set(node, lib.compute(node, inputs, "float64") as ArrayLike<unknown> as ArrayLike<Operand>);
    counted.set(node, taken(lib, node));
  }
  return { values: Array.from(values.get(lower(root))!), counts: counted };
}

const lower = (node: Node): Node => (node.lowered ? lower(node.lowered) : node);

/** A leaf that a body made: indices are plain numbers. */
function leafNumbers(node: Node): ArrayLike<Operand> {
  const { data } = node.source as { data: ArrayLike<Operand> };
  return node.dtype === "int32" ? data : Array.from(data, (each) => new Tracked(Number(each)));
}

/** What was counted since the last reset. */
function taken({ counter }: Counted, { op }: Node): Counts {
  const { firstTerms = 0, ...rest } = counter.counts;
  return counts(scatters.has(op.name) ? { ...rest, additions: (rest.additions ?? 0) + firstTerms } : rest);
}

const arithmetic = ({ multiplications = 0, additions = 0, biasAdditions = 0 }: Counts): Counts =>
  counts({ multiplications, additions, biasAdditions });

const nominalCounts = ({ other, multiplications, additions, biasAdditions }: Count): Counts =>
  counts({ ...other, multiplications, additions, biasAdditions });

const sum = (all: readonly Counts[]): Counts => {
  const total: Record<string, number> = {};
  for (const each of all) for (const [kind, count] of Object.entries(each)) total[kind] = (total[kind] ?? 0) + count;
  return total;
};

/** Without what was not done. */
const counts = (all: Counts): Counts => Object.fromEntries(Object.entries(all).filter(([, count]) => count !== 0));

const plainValues = (node: Node) =>
  evaluate([node], ({ source }) => (source as { data: Float32Array }).data, "float64")[0]!;

function expectNumbers(actual: ArrayLike<Operand>, expected: ArrayLike<Operand>, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let at = 0; at < actual.length; at++) {
    const [a, b] = [Number(actual[at]), Number(expected[at])];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    // The usual loops sum in another order.
    if (!(Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b)))) expect.fail(`${what}: ${a} at ${at}, not ${b}`);
  }
}
