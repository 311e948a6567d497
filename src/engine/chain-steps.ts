import { input } from "../core/expression.ts";
import type { KernelPart } from "../core/kernel.ts";
import type { Turn } from "./band-schedule.ts";
import type { FoundChain, Member, Steps } from "./chains.ts";
import type { Chain, PlanBackend, PlannedStep, StepBuffers } from "./plan.ts";
import { type Buffer, channelsLastLayout } from "./view.ts";
import { moving } from "./work.ts";

/** Steps, chains and buffers of a plan in which what is between the steps of a chain has shrunk to a band. They follow `before`. */
export function chainSteps(
  { steps, borders, buffers, backend }: Steps,
  found: readonly FoundChain[],
  before: readonly PlannedStep[],
) {
  const small = new Map<Buffer, Buffer>();
  const chainAt = new Map<PlannedStep, FoundChain>();
  const members = new Set<PlannedStep>();
  const newBorders = new Map<PlannedStep, PlannedStep | null>();
  for (const chain of found) {
    // Steps between the members don't depend on them, so all can run where the last one stands.
    chainAt.set(chain.members[chain.members.length - 1]!.step, chain);
    for (const [at, member] of chain.members.entries()) {
      members.add(member.step);
      const capacity = chain.schedule.capacities[at];
      if (capacity === undefined) continue;
      const buffer = bufferOf(member);
      small.set(buffer, { ...buffer, size: capacity * perRow(member) });
      const border = borders.get(buffer) as PlannedStep | undefined;
      if (border) newBorders.set(border, borderStep(border, member, capacity, backend));
    }
  }
  const result = [...before];
  const chains: Chain[] = [];
  for (const step of steps) {
    const chain = chainAt.get(step);
    if (chain) {
      const made = stepsOf(chain, result.length, backend);
      chains.push({ first: result.length, last: result.length + made.steps.length - 1, turns: made.turns });
      result.push(...made.steps);
    } else if (!members.has(step)) {
      const border = newBorders.get(step);
      if (border !== null) result.push(border ?? step);
    }
  }
  const replaced = (all: readonly Buffer[]) => all.map((each) => small.get(each) ?? each);
  return {
    steps: result.map((step) => ({ ...step, buffers: mapBuffers(step, replaced) })),
    chains,
    buffers: replaced(buffers),
  };
}

const bufferOf = ({ step }: Member): Buffer => step.buffers.output[0]!;
const perRow = ({ bands }: Member): number => bands.output.strides[2]!;

function mapBuffers({ buffers }: PlannedStep, change: (all: readonly Buffer[]) => Buffer[]): StepBuffers {
  const { input, output, operand, workspace, table } = buffers;
  return {
    input: change(input),
    output: change(output),
    operand: change(operand),
    workspace,
    table,
  };
}

/** What zeroes the border at the sides of a band, which is all that a band has; null where there is none. */
function borderStep(
  planned: PlannedStep,
  member: Member,
  capacity: number,
  { border: makeStep, target }: PlanBackend,
): PlannedStep | null {
  const border = { ...bufferOf(member).border!, top: 0, bottom: 0 };
  if (border.left + border.right === 0) return null;
  const channels = member.bands.output.strides[3]!;
  const shape = [1, channels, capacity, perRow(member) / channels - border.left - border.right];
  const step = makeStep({ label: "border", shape, layout: channelsLastLayout(shape, border), border, target });
  return { ...planned, step, moved: 4 * capacity * (border.left + border.right) * channels };
}

/** The members, each followed by what moves its rows, and the order of their parts. `first`: number of the first step. */
function stepsOf({ members, schedule }: FoundChain, first: number, backend: PlanBackend) {
  const lists = members.map((member, at) => {
    const moves = schedule.turns.some((turn) => turn.kind === "move" && turn.stage === at);
    return { member, parts: [] as KernelPart[], moves: moves ? new Moves(member, backend) : null };
  });
  const numbers = lists.map((_, at) => first + at + lists.slice(0, at).filter(({ moves }) => moves).length);
  const turns: { step: number; part: number }[] = [];
  for (let image = 0; image < members[0]!.bands.images; image++) {
    for (const turn of schedule.turns) {
      const { parts, moves } = lists[turn.stage]!;
      if (turn.kind === "move") turns.push({ step: numbers[turn.stage]! + 1, part: moves!.add(turn.at, turn.rows) });
      else turns.push({ step: numbers[turn.stage]!, part: parts.push(partOf(members, image, turn)) - 1 });
    }
  }
  const steps = lists.flatMap(({ member: { step }, parts, moves }): PlannedStep[] => {
    const own = { ...step, step: { ...step.step, pieces: allPieces(parts) }, parts };
    return moves ? [own, moves.step()] : [own];
  });
  return { steps, turns };
}

const allPieces = (parts: readonly KernelPart[]) => parts.reduce((sum, { pieces }) => sum + pieces, 0);

function partOf(members: readonly Member[], image: number, turn: Turn & { readonly kind: "rows" }): KernelPart {
  const { stage, from, to, inputBase, outputBase } = turn;
  /** From where row `base` of the image lies in the whole to the beginning of the small buffer behind a stage. */
  const shift = (at: number, base: number): number => {
    const member = members[at];
    if (!member || at === members.length - 1) return 0;
    const { offset, strides } = member.bands.output;
    const start = bufferOf(member).border!.left * strides[3]!;
    return start - offset - image * strides[0]! - base * strides[2]!;
  };
  const [inputShift, outputShift] = [shift(stage - 1, inputBase), shift(stage, outputBase)];
  return members[stage]!.bands.part({ image, from, to, inputShift, outputShift });
}

/** Moves of rows to the beginning of the buffer behind a member. */
class Moves {
  readonly #parts: KernelPart[] = [];
  #bytes = 0;
  readonly #member: Member;
  readonly #backend: PlanBackend;

  constructor(member: Member, backend: PlanBackend) {
    this.#member = member;
    this.#backend = backend;
  }

  add(at: number, rows: number): number {
    this.#bytes += 8 * rows * perRow(this.#member);
    return this.#parts.push(this.#copy(at, rows)) - 1;
  }

  step(): PlannedStep {
    const { step } = this.#member;
    const buffer = bufferOf(this.#member);
    const parts = this.#parts;
    return {
      step: { ...this.#copy(0, 1), pieces: allPieces(parts) },
      parts,
      buffers: { input: [buffer], output: [buffer], operand: [], workspace: [], table: [] },
      work: moving("overlap", step.work.nodes[0]!),
      moved: this.#bytes,
    };
  }

  #copy(at: number, rows: number) {
    const { elementwise, target } = this.#backend;
    const count = rows * perRow(this.#member);
    const layout = { strides: [1], offset: 0, size: bufferOf(this.#member).size };
    return elementwise({
      label: "overlap",
      shape: [count],
      inputs: [{ ...layout, offset: at * perRow(this.#member) }],
      outputs: [layout],
      expressions: [input(0)],
      target,
    });
  }
}
