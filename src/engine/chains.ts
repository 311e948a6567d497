import type { Bands, Layout } from "../core/kernel.ts";
import { type Schedule, scheduleBands } from "./band-schedule.ts";
import { type BandLimits, type PlannedStep, touched } from "./plan.ts";
import type { StepList } from "./steps.ts";
import type { Buffer } from "./view.ts";

export type Steps = Pick<StepList, "steps" | "borders" | "buffers" | "backend">;
export interface Member {
  readonly step: PlannedStep;
  readonly bands: Bands;
}

/** Steps in a row, each the only reader of what the one before it makes, and how they take turns. */
export interface FoundChain {
  readonly members: readonly Member[];
  readonly schedule: Schedule;
}

/** Bands of fewer rows would move and transform more than they save. */
const leastRows = 8;

/** Finds steps that pass images to each other which are too large for a cache. `kept`: buffers that are read after the run. */
export function findChains(list: Steps, kept: ReadonlySet<Buffer>): FoundChain[] {
  const next = linksOf(list, kept);
  const followers = new Set(next.values());
  const found: FoundChain[] = [];
  for (const start of next.keys()) {
    let at: PlannedStep | undefined = followers.has(start) ? undefined : start;
    while (at) {
      const chain = longestChain(at, next, list.backend.bands);
      if (chain) found.push(chain);
      // One that has reached the limit ends, and the next begins behind it.
      at = next.get(chain?.members[chain.members.length - 1]?.step ?? at);
    }
  }
  return found;
}

function longestChain(
  start: PlannedStep,
  next: ReadonlyMap<PlannedStep, PlannedStep>,
  limits: BandLimits,
): FoundChain | null {
  let longest: FoundChain | null = null;
  const members: Member[] = [];
  for (let step: PlannedStep | undefined = start; step; step = next.get(step)) {
    members.push({ step, bands: step.step.bands! });
    if (members.length === 1) continue;
    const schedule = fittingSchedule(members, limits);
    if (!schedule) break;
    // One band of one image is the whole step.
    if (schedule.turns.length > members.length || members[0]!.bands.images > 1)
      longest = { members: [...members], schedule };
  }
  return longest;
}

/** From each step that can pass its result on in bands to the one that takes it. */
function linksOf({ steps, borders, backend }: Steps, kept: ReadonlySet<Buffer>): Map<PlannedStep, PlannedStep> {
  const users = new Map<Buffer, PlannedStep[]>();
  for (const step of steps) {
    for (const buffer of new Set(touched(step))) {
      const known = users.get(buffer);
      if (known) known.push(step);
      else users.set(buffer, [step]);
    }
  }
  const links = new Map<PlannedStep, PlannedStep>();
  for (const step of steps) {
    if (!step.step.bands) continue;
    const { output, rows, images } = step.step.bands;
    const buffer = step.buffers.output[0]!;
    if (!isLarge(output, backend.bands) || !buffer.border || buffer.home.kind !== "arena" || kept.has(buffer)) continue;
    const others = users.get(buffer)!.filter((each) => each !== step && each !== borders.get(buffer));
    const [reader] = others;
    if (others.length !== 1 || !reader?.step.bands) continue;
    const { bands } = reader.step;
    const once = touched(reader).filter((each) => each === buffer).length === 1 && reader.buffers.input[0] === buffer;
    const same = bands.images === images && bands.inputRows === rows && sameLayout(bands.input, output);
    if (once && same) links.set(step, reader);
  }
  return links;
}

function isLarge({ strides, channelOffsets }: Layout, { image }: BandLimits): boolean {
  // Rows of fewer than 16 numbers would be moved by other kernels.
  return !channelOffsets && strides[1] === 1 && strides[2]! >= 16 && strides[0]! * 4 > image;
}

function sameLayout(a: Layout, b: Layout): boolean {
  return a.offset === b.offset && a.size === b.size && a.strides.every((stride, axis) => stride === b.strides[axis]);
}

/** In the fewest bands whose buffers fit, with the workspaces that every band reads; null where none do. */
function fittingSchedule(members: readonly Member[], { chain }: BandLimits): Schedule | null {
  const stages = members.map(({ bands }) => bands);
  const { rows, align } = stages[stages.length - 1]!;
  const workspaces = members.flatMap(({ step }) => step.buffers.workspace.map(({ size }) => size * 4));
  const fixed = workspaces.reduce((sum, bytes) => sum + bytes, 0);
  const inBands = (count: number) => scheduleBands(stages, Math.ceil(rows / count / align) * align);
  const fits = ({ capacities }: Schedule) =>
    capacities.reduce((sum, each, at) => sum + each * stages[at]!.output.strides[2]! * 4, fixed) <= chain;
  let few = 1;
  let many = Math.max(1, Math.floor(rows / leastRows));
  if (!fits(inBands(many))) return null;
  while (few < many) {
    const middle = (few + many) >> 1;
    if (fits(inBands(middle))) many = middle;
    else few = middle + 1;
  }
  return inBands(many);
}
