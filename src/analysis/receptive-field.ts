import type { Node } from "../core/node.ts";
import { Recent } from "./recent.ts";
import { type Recording, recorded } from "./recording.ts";
import {
  type Axis,
  compose,
  followed,
  hull,
  inputRange,
  isOpen,
  type Period,
  periodOf,
  phaseLimit,
  planeOf,
  type Range,
  together,
} from "./window.ts";

/** The receptive field along one axis, in pixels of the network's input. Not clipped: padding counts as pixels. */
export interface AxisField {
  /** True: every position sees the whole axis (after a global operation); size is then its length. */
  readonly whole: boolean;
  /** At the position in the centre of the output. */
  readonly size: number;
  /** Over all phases: behind an upsampling the size changes with the position. */
  readonly smallest: number;
  readonly largest: number;
  /** Pixels of the input from one position to the next; below 1 behind an upsampling. */
  readonly stride: number;
  /** The first pixel that output position 0 sees, negative in the padding. */
  readonly start: number;
  /** The middle of what output position 0 sees. */
  readonly centre: number;
}

export interface ReceptiveField {
  readonly height: AxisField;
  readonly width: AxisField;
}

/** What the positions of a node see along one axis. */
interface Along {
  /** Null: nothing repeats. */
  readonly period: Period | null;
  /** What positions 0 to period - 1 see, where that holds at every whole position; null: it has to be followed. */
  readonly phases: readonly Seen[] | null;
  /** True: of two positions, the later one sees neither start nor end before the other's, so that ends decide. */
  readonly ordered?: boolean;
  /** True: every position is known to see the whole axis, so that nothing has to be followed. */
  readonly whole: boolean;
  /** Over all steps of one rule below, where phases are not known: positions a to b depend on shift · a + first to shift · b + last there. */
  readonly leap?: Leap | null;
}

interface Leap {
  readonly step: number;
  readonly shift: number;
  readonly first: number;
  readonly last: number;
}

/** What positions see: null for the whole axis, undefined for nothing. */
type Seen = Range | null | undefined;

/** One node that depends on the network's input, with its inputs that do. */
interface Step {
  readonly node: Node;
  readonly inputs: readonly { readonly step: number; readonly which: number }[];
  readonly along: [height: Along, width: Along];
}

/** Answers what any position of any node sees, from the windows of the ops, composed along every path. */
export class FieldMap {
  readonly #steps: Step[] = [];
  readonly #indices = new Map<Node, number>();
  readonly #input: Node;
  readonly #group: (node: Node) => number;
  /** Neighbours see the same far below: what was followed once is not followed again. */
  readonly #followed = new Recent<Seen>(2 ** 16);

  /** @param group how many neighbouring positions of a node count as one, from a multiple of that number on: each sees what all of them see. */
  constructor({ input, outputs }: Recording, group: (node: Node) => number = () => 1) {
    this.#input = input;
    this.#group = group;
    const self: Along = { period: { period: 1, shift: 1 }, phases: [[0, 0]], ordered: true, whole: false };
    for (const node of recorded(outputs, followed)) {
      const index = node === input ? this.#push({ node, inputs: [], along: [self, self] }) : this.#add(node);
      if (index !== undefined) this.#indices.set(node, index);
    }
  }

  /** The rows and columns that a node sees, or null where it does not depend on the input or that has no height and width. */
  field(node: Node): ReceptiveField | null {
    const step = this.#indices.get(node);
    if (step === undefined || this.#input.shape.length < 3) return null;
    const height = this.#axisField(step, 0);
    const width = this.#axisField(step, 1);
    return height && width && { height, width };
  }

  /**
   * First and last row (axis 0) or column (axis 1) of the input that position `at` of a node depends on, not clipped:
   * null for the whole axis, undefined for none of it.
   */
  interval(node: Node, axis: Axis, at: number): Seen {
    const step = this.#indices.get(node);
    return step === undefined ? undefined : this.#interval(step, axis, at);
  }

  #push(step: Step): number {
    return this.#steps.push(step) - 1;
  }

  #add(node: Node): number | undefined {
    if (isOpen(node)) return this.#indices.get(node.lowered!);
    const inputs = node.inputs.flatMap((each, which) => {
      const step = this.#indices.get(each);
      return step === undefined ? [] : [{ step, which }];
    });
    const [only, more] = inputs;
    if (!only) return undefined;
    // Same place in, same place out: nothing to follow.
    const [rows, columns] = planeOf(node);
    const from = planeOf(node.inputs[only.which]!);
    if (!more && node.op.kind === "elementwise" && from[0] === rows && from[1] === columns) return only.step;
    return this.#push({ node, inputs, along: [this.#along(node, inputs, 0), this.#along(node, inputs, 1)] });
  }

  #along(node: Node, inputs: Step["inputs"], axis: Axis): Along {
    const periods = inputs.map(({ which }) => periodOf(node, axis, which));
    // A rule that holds everywhere takes no whole axis itself.
    const whole = inputs.some(({ step }, at) => !periods[at]?.everywhere || this.#steps[step]!.along[axis].whole);
    if (whole && this.#seesWhole(node, inputs, axis)) return { period: null, phases: null, whole: true };
    const leap = this.#leap(node, inputs, axis, periods[0]!);
    let period: Period | null = null;
    let everywhere = true;
    for (const [at, { step }] of inputs.entries()) {
      const inner = this.#steps[step]!.along[axis];
      const own = this.#group(node) === 1 ? periods[at]! : null;
      everywhere &&= inner.phases !== null && own?.everywhere === true;
      const composed: Period | null = own && inner.period && compose(own, inner.period);
      period = composed && (period ? together(period, composed) : composed);
      if (!period || period.period > phaseLimit) return { period: null, phases: null, whole: false, leap };
    }
    if (!everywhere) return { period, phases: null, whole: false, leap };
    const phases = Array.from({ length: period!.period }, (_, at) => this.#through(node, inputs, axis, [at, at]));
    return { period, phases, ordered: isOrdered(phases, period!.shift), whole: false };
  }

  #leap(node: Node, inputs: Step["inputs"], axis: Axis, own: ReturnType<typeof periodOf>): Leap | null {
    const [{ step, which }, more] = inputs as [Step["inputs"][number], Step["inputs"][number]?];
    if (more || this.#group(node) !== 1 || !own?.everywhere || own.period !== 1) return null;
    const part = inputRange(node, axis, which, [0, 0]);
    if (!part || part[0] > part[1] || own.shift < 0) return null;
    const next = this.#steps[step]!.along[axis].leap ?? { step, shift: 1, first: 0, last: 0 };
    const [first, last] = [next.first + part[0] * next.shift, next.last + part[1] * next.shift];
    const leap = { step: next.step, shift: own.shift * next.shift, first, last };
    return Object.values(leap).every(Number.isSafeInteger) ? leap : null;
  }

  /** A path on which every window holds something leads to an op that takes a whole axis. Placements may leave positions out. */
  #seesWhole(node: Node, inputs: Step["inputs"], axis: Axis): boolean {
    if (node.op.kind === "placement") return false;
    const last = planeOf(node)[axis] - 1;
    return inputs.some(({ step, which }) => {
      const { whole } = this.#steps[step]!.along[axis];
      return [0, Math.floor(last / 2), last].every((at) => {
        const part = inputRange(node, axis, which, [at, at]);
        return part === null || (whole && part[0] <= part[1]);
      });
    });
  }

  /** What an interval of a node's positions sees, where all its inputs know it of theirs. */
  #through(node: Node, inputs: Step["inputs"], axis: Axis, range: Range): Seen {
    let result: Seen;
    for (const { step, which } of inputs) {
      const part = this.#inputRange(node, axis, which, range);
      if (part && part[0] > part[1]) continue;
      result = both(result, part && this.#known(this.#steps[step]!.along[axis], part));
    }
    return result;
  }

  /** What an interval of positions sees, from the phases. */
  #known({ period, phases }: Along, [first, last]: Range): Seen {
    const { period: length, shift } = period!;
    let result: Seen;
    // Phases are not always in order, and may see nothing: one period at each end decides. Counted, since huge positions can't be.
    const count = Math.min(last - first + 1, 2 * length);
    for (let step = 0; step < count; step++) {
      const at = step < length ? first + step : last - (count - 1 - step);
      const turns = Math.floor(at / length);
      const phase = phases![at - turns * length];
      if (phase === undefined) continue;
      const moved: Range | null = phase && [phase[0] + turns * shift, phase[1] + turns * shift];
      result = both(result, moved);
    }
    return result;
  }

  #interval(step: number, axis: Axis, at: number): Seen {
    const own = this.#steps[step]!.along[axis];
    return own.phases ? this.#known(own, [at, at]) : this.#follow(step, axis, [at, at]);
  }

  /** Follows positions to steps that know what they see; where paths meet, the hull of both. */
  #follow(from: number, axis: Axis, positions: Range): Seen {
    const reached = new Map<number, Range | null>([[from, positions]]);
    // Steps that all paths lead through, and what is seen beside the next of them.
    const passed: { readonly key: string; seen: Seen }[] = [];
    let below: Seen;
    for (let index = from; reached.size > 0; index--) {
      if (reached.size === 1) index = [...reached.keys()][0]!;
      const range = reached.get(index);
      if (range === undefined) continue;
      if (reached.size === 1) {
        const key = `${index} ${axis} ${range}`;
        if (this.#followed.has(key)) {
          below = this.#followed.get(key);
          break;
        }
        passed.push({ key, seen: undefined });
      }
      reached.delete(index);
      const { node, inputs, along } = this.#steps[index]!;
      const here = passed.at(-1)!;
      if (range === null || along[axis].whole) {
        here.seen = null;
        break;
      }
      const { phases, leap } = along[axis];
      if (phases) here.seen = both(here.seen, this.#known(along[axis], range));
      else if (leap && reached.size === 0)
        reached.set(leap.step, [range[0] * leap.shift + leap.first, range[1] * leap.shift + leap.last]);
      else
        for (const { step, which } of inputs) {
          const part = this.#inputRange(node, axis, which, range);
          if (part && part[0] > part[1]) continue;
          const there = this.#steps[step]!.along[axis];
          if (part && there.ordered) {
            here.seen = both(here.seen, this.#known(there, part));
            continue;
          }
          const known = reached.get(step);
          reached.set(step, known === undefined ? part : hull(known, part));
        }
    }
    for (const { key, seen } of passed.reverse()) {
      below = both(seen, below);
      this.#followed.set(key, below);
    }
    return below;
  }

  /** The positions of an input that an interval of a node's output, in whole groups, depends on. */
  #inputRange(node: Node, axis: Axis, which: number, [first, last]: Range): Range | null {
    const group = this.#group(node);
    const groups = [Math.floor(first / group), Math.floor(last / group) + 1] as const;
    return inputRange(node, axis, which, [groups[0] * group, groups[1] * group - 1]);
  }

  #axisField(step: number, axis: Axis): AxisField | null {
    const { node, along } = this.#steps[step]!;
    const length = planeOf(node)[axis];
    const { period } = along[axis];
    const count = Math.min(period?.period ?? length, length, phaseLimit);
    const centre = Math.floor((length - 1) / 2);
    const first = Math.max(0, Math.min(centre - Math.floor(count / 2), length - count));
    const phases = Array.from({ length: count }, (_, phase) => this.#interval(step, axis, first + phase));
    if (phases.includes(null)) return wholeAxis(this.#input.shape.at(axis - 2)!);
    const seen = phases.filter((range) => range !== undefined && range !== null);
    if (seen.length === 0) return null;
    const sizes = phases.map((range) => (range ? range[1] - range[0] + 1 : 0));
    const [start, last] = this.#interval(step, axis, 0) ?? seen[0]!;
    const moved = seen.at(-1)![0] - seen[0]![0];
    return {
      whole: false,
      size: sizes[centre - first]!,
      smallest: Math.min(...sizes),
      largest: Math.max(...sizes),
      stride: period ? period.shift / period.period : moved / Math.max(1, count - 1),
      start,
      centre: (start + last) / 2,
    };
  }
}

function wholeAxis(size: number): AxisField {
  return { whole: true, size, smallest: size, largest: size, stride: 0, start: 0, centre: (size - 1) / 2 };
}

/** What both see together. */
function both(a: Seen, b: Seen): Seen {
  if (a === undefined) return b;
  return b === undefined ? a : hull(a, b);
}

function isOrdered(phases: readonly Seen[], shift: number): boolean {
  const [first] = phases;
  const next = first && ([first[0] + shift, first[1] + shift] as const);
  return [...phases, next].every((each, at, all) => {
    const before = at > 0 ? all[at - 1] : each;
    return each && before && each[0] >= before[0] && each[1] >= before[1];
  });
}
