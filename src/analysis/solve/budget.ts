import { ArgumentError, ShapeError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import type { Network } from "../recording.ts";
import { summarize } from "../summary.ts";
import type { AcceptedSizes } from "./accepted-sizes.ts";
import { acceptedInputs, inputsText } from "./inputs.ts";

/** What a network may cost at most; what is left out is not limited. */
export interface Budget {
  readonly parameters?: number;
  readonly macs?: number;
  readonly flops?: number;
  readonly memoryBytes?: number;
}

/** What it costs; memory where it was measured. */
export interface Costs {
  readonly parameters: number;
  readonly macs: number;
  readonly flops: number;
  readonly memoryBytes: number | null;
}

/** A network that is made anew, its input, and what varies of it: its height in pixels, or the multiplier of its width. */
export interface Variant {
  readonly value: number;
  readonly shape: Shape;
  readonly create: () => Promise<Network>;
}

export interface BudgetAnswer extends Costs {
  readonly value: number;
  readonly shape: Shape;
}

export interface BudgetSolution {
  /** Those that keep the budget, the largest first. */
  readonly answers: readonly BudgetAnswer[];
  /** The smallest that breaks it; null where the largest that is tried keeps it. */
  readonly over: BudgetAnswer | null;
}

/**
 * Bytes that a network needs for an input: of its run on a device. The network may be left unusable. A ShapeError says that
 * there is no such run, as where batch norm would train on one value per channel.
 */
export type MeasureMemory = (network: Network, shape: Shape) => Promise<number>;

/** Behind the bisection as many larger ones are looked at: an arena need not grow with every step. */
const neighbours = 3;
/** Answers that are told beside the largest. */
const smaller = 2;

/**
 * The largest of `count` variants that keeps a budget, found by bisection: costs grow with the variant's number. Larger
 * neighbours are looked at, too. `measure` is asked for memory where the budget limits it; variants of which it knows no run
 * are smaller than the smallest.
 * @throws ArgumentError where the smallest variant breaks the budget: it says which limit, and by how much. ShapeError of
 * the largest where none has a run.
 */
export async function largestWithin(
  count: number,
  variant: (at: number) => Variant,
  budget: Budget,
  measure?: MeasureMemory,
): Promise<BudgetSolution> {
  const known = new Map<number, BudgetAnswer>();
  const at = async (index: number): Promise<BudgetAnswer> => {
    const answer = known.get(index) ?? (await costsOf(variant(index), budget, measure));
    known.set(index, answer);
    return answer;
  };
  const keeps = async (index: number) => index < count && broken(await at(index), budget) === null;
  const first = await smallestRun(count, at);
  const problem = broken(await at(first), budget);
  if (problem)
    throw new ArgumentError(`not even the smallest, ${describe(await at(first))}, keeps the budget: ${problem}`);
  let best = first;
  let step = 1;
  while (await keeps(best + step)) [best, step] = [best + step, step * 2];
  for (; step >= 1; step = Math.floor(step / 2)) if (await keeps(best + step)) best += step;
  for (let next = best + 2; next <= best + neighbours; next++) if (await keeps(next)) best = next;
  const answers: BudgetAnswer[] = [];
  for (let index = best; index >= Math.max(first, best - smaller); index--)
    if (await keeps(index)) answers.push(await at(index));
  return { answers, over: best + 1 < count ? await at(best + 1) : null };
}

/** The first variant that has a run: larger ones have one, too. */
async function smallestRun(count: number, at: (index: number) => Promise<unknown>): Promise<number> {
  const problemOf = (index: number) =>
    at(index).then(
      () => null,
      (error) => {
        if (error instanceof ShapeError) return error;
        throw error;
      },
    );
  // Below `least` there is none.
  let least = 0;
  let some = 0;
  for (let problem = await problemOf(some); problem; problem = await problemOf(some)) {
    if (some === count - 1) throw problem;
    least = some + 1;
    some = Math.min(count - 1, 2 * some + 1);
  }
  while (least < some) {
    const middle = Math.floor((least + some) / 2);
    if (await problemOf(middle)) least = middle + 1;
    else some = middle;
  }
  return some;
}

async function costsOf(
  { value, shape, create }: Variant,
  budget: Budget,
  measure?: MeasureMemory,
): Promise<BudgetAnswer> {
  const network = await create();
  const { parameters, macs, flops } = summarize(network, shape).totals;
  const memoryBytes = budget.memoryBytes !== undefined && measure ? await measure(network, shape) : null;
  return { value, shape, parameters, macs, flops, memoryBytes };
}

const names = { parameters: "parameters", macs: "MACs", flops: "FLOPs", memoryBytes: "bytes of memory" } as const;

/** The limit that is broken, in words; null where none is. */
function broken(costs: Costs, budget: Budget): string | null {
  for (const key of ["parameters", "macs", "flops", "memoryBytes"] as const) {
    const [most, value] = [budget[key], costs[key]];
    if (most !== undefined && value !== null && value > most) {
      const [needed, limit] = [value, most].map((each) => each.toLocaleString("en-US"));
      return `it takes ${needed} ${names[key]}, the budget is ${limit}`;
    }
  }
  return null;
}

const describe = ({ value, shape }: BudgetAnswer) => (Number.isInteger(value) ? shape.join("x") : `width ${value}`);

/** The largest side that is tried. */
const largestSide = 16_384;

/**
 * The largest input that keeps a budget of FLOPs, MACs or memory, of the aspect of `shape` [N, C, H, W]; only sizes that the
 * network takes are tried. `create` makes the network anew: measuring memory may leave one unusable.
 * @throws ArgumentError for a network of one size, and a budget that its smallest input breaks.
 * @example
 * import { nn } from "convsmith";
 * import { largestInput } from "convsmith/analysis";
 * const create = async () => new nn.Conv2d(3, 8, 3, { padding: 1 });
 * const { answers } = await largestInput(create, [1, 3, 224, 224], { flops: 1e9 });
 * console.log(answers[0]?.shape); // [1, 3, 1521, 1521]
 */
export async function largestInput(
  create: () => Promise<Network>,
  shape: Shape,
  budget: Budget,
  measure?: MeasureMemory,
): Promise<BudgetSolution> {
  const network = await create();
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const inputs = acceptedInputs(network, shape.length === 4 ? { channels } : {});
  if (inputs.kind === "vectors" || inputs.fixed || shape.length !== 4) {
    throw new ArgumentError(`${network.constructor.name} ${inputsText(inputs)}: its input can't be varied`);
  }
  if (inputs.height.step === null || inputs.width.step === null) {
    throw new ArgumentError(
      `${network.constructor.name} ${inputsText(inputs)}: its sizes have no regular pattern to vary`,
    );
  }
  const variant = (at: number): Variant => {
    const rows = inputs.height.smallest + at * inputs.height.step!;
    const value = rows;
    return { value, shape: [batch, channels, rows, nearestSize(inputs.width, (rows * width) / height)], create };
  };
  return await largestWithin(countOf(inputs.height), variant, budget, measure);
}

function countOf({ smallest, largest, step }: AcceptedSizes): number {
  return Math.floor(((largest ?? largestSide) - smallest) / step!) + 1;
}

function nearestSize({ smallest, largest, step }: AcceptedSizes, wanted: number): number {
  const size = smallest + Math.max(0, Math.round((wanted - smallest) / step!)) * step!;
  return largest === null ? size : Math.min(largest, size);
}

/** Multipliers are whole per cents, up to 32 times as wide. */
const largestPercent = 3200;

/**
 * The largest width multiplier, in steps of 0.01, with which a network keeps a budget. `create` makes the network of a
 * multiplier.
 * @throws ArgumentError for a budget that a hundredth of the width breaks.
 * @example
 * import { nn } from "convsmith";
 * import { largestWidth } from "convsmith/analysis";
 * const create = async (width: number) => new nn.Conv2d(3, Math.max(1, Math.round(64 * width)), 3);
 * const { answers } = await largestWidth(create, [1, 3, 32, 32], { parameters: 3000 });
 * console.log(answers[0]?.parameters); // 2996
 */
export async function largestWidth(
  create: (multiplier: number) => Promise<Network>,
  shape: Shape,
  budget: Budget,
  measure?: MeasureMemory,
): Promise<BudgetSolution> {
  const variant = (at: number): Variant => {
    const value = (at + 1) / 100;
    return { value, shape, create: () => create(value) };
  };
  return await largestWithin(largestPercent, variant, budget, measure);
}
