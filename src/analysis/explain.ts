import { type Node, record } from "../core/node.ts";
import type { Shape } from "../core/shape.ts";
import { type Call, callsOf, parametersByModule } from "./calls.ts";
import type { Convention, ConventionName, Counted } from "./conventions/convention.ts";
import { conventionOf, conventions } from "./conventions/index.ts";
import { hasBias, inputs, multiplyAccumulates, outputs } from "./conventions/measures.ts";
import { type Network, recordNetwork } from "./recording.ts";

/** One reason why two conventions differ on a network. `difference` is b - a. */
export interface Reason {
  /** "conv2d: bias", "relu". */
  readonly what: string;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  /** How often each counts one of something, where that is a whole number and the same in every layer; null where not. */
  readonly each: { readonly unit: Unit; readonly a: number; readonly b: number } | null;
  /** The layers that make most of the difference, largest first: three at most. */
  readonly layers: readonly { readonly path: string; readonly difference: number }[];
}

export type Unit = "multiply-accumulate" | "output" | "input";

/** What one of the two counts. */
export interface Side {
  readonly convention: ConventionName;
  readonly figure: keyof Counted;
  readonly total: number;
}

export interface Explanation {
  readonly name: string;
  readonly inputShape: Shape;
  readonly a: Side;
  readonly b: Side;
  /** b.total - a.total: the sum of the reasons' differences. */
  readonly difference: number;
  /** Largest difference first. */
  readonly reasons: readonly Reason[];
}

/**
 * Where two conventions differ on a network, and by how much: FLOPs where both tools print them, otherwise MACs, otherwise
 * what each prints. Nothing is computed.
 * @throws ArgumentError for a convention that is none; ShapeError where the input does not fit.
 * @example
 * import { nn } from "convsmith";
 * import { explain } from "convsmith/analysis";
 * const net = new nn.Sequential(new nn.Conv2d(3, 8, 3), new nn.BatchNorm2d(8));
 * const { reasons } = explain(net, [1, 3, 10, 10], "torchvision", "ptflops");
 * console.log(reasons.map(({ what, difference }) => `${what} ${difference}`)); // ["batchNorm2d 1024", "conv2d: bias 512"]
 */
export function explain(network: Network, inputShape: Shape, a: ConventionName, b: ConventionName): Explanation {
  const [first, second] = [conventionOf(a), conventionOf(b)];
  const shared = (["flops", "macs"] as const).find((key) =>
    [first, second].every(({ prints }) => prints.includes(key)),
  );
  const figures = [first, second].map(({ prints }) => shared ?? prints[0]!) as [keyof Counted, keyof Counted];
  const gathered = new Map<string, Gathered>();
  for (const call of recordedCalls(network, inputShape)) {
    for (const part of call.nodes.flatMap((node) => partsOf(node, call, first, second, figures))) {
      const found: Gathered = gathered.get(part.what) ?? { parts: [], byPath: new Map() };
      gathered.set(part.what, found);
      found.parts.push(part);
      found.byPath.set(call.path, (found.byPath.get(call.path) ?? 0) + part.b - part.a);
    }
  }
  const all = [...gathered].map(([what, found]) => reasonOf(what, found));
  const total = (key: "a" | "b") => all.reduce((sum, reason) => sum + reason[key], 0);
  return {
    name: network.constructor.name,
    inputShape,
    a: { convention: a, figure: figures[0], total: total("a") },
    b: { convention: b, figure: figures[1], total: total("b") },
    difference: total("b") - total("a"),
    reasons: bySize(all.filter(({ difference }) => difference !== 0)),
  };
}

/** What each convention counts for a network; null for a figure that its tool does not print. */
export interface ConventionTotals extends Pick<Convention, "name" | "meaning"> {
  readonly macs: number | null;
  readonly flops: number | null;
}

/**
 * The totals of a network by every convention. Nothing is computed.
 * @throws ShapeError where the input does not fit.
 * @example
 * import { nn } from "convsmith";
 * import { compareConventions } from "convsmith/analysis";
 * const totals = compareConventions(new nn.Conv2d(3, 8, 3), [1, 3, 10, 10]);
 * console.log(totals.find(({ name }) => name === "fvcore")?.flops); // 13824
 */
export function compareConventions(network: Network, inputShape: Shape): ConventionTotals[] {
  const calls = recordedCalls(network, inputShape);
  return Object.values(conventions).map((convention) => {
    const { name, meaning, prints } = convention;
    const counted = calls.flatMap((call) => call.nodes.map((node) => convention.count(node, call)));
    const total = (key: keyof Counted) =>
      prints.includes(key) ? counted.reduce((sum, each) => sum + each[key], 0) : null;
    return { name, meaning, macs: total("macs"), flops: total("flops") };
  });
}

function recordedCalls(network: Network, inputShape: Shape): readonly Call[] {
  return callsOf(network, recordNetwork(network, inputShape).order, parametersByModule(network));
}

interface Part {
  readonly what: string;
  readonly a: number;
  readonly b: number;
  /** How many there are of each unit that it may be counted by. */
  readonly units: Readonly<Partial<Record<Unit, number>>>;
}

interface Gathered {
  readonly parts: Part[];
  readonly byPath: Map<string, number>;
}

function partsOf(
  node: Node,
  call: Call,
  a: Convention,
  b: Convention,
  figures: readonly [keyof Counted, keyof Counted],
): Part[] {
  const count = (each: Node) => ({ a: a.count(each, call)[figures[0]], b: b.count(each, call)[figures[1]] });
  const macs = multiplyAccumulates(node);
  const { name } = node.op;
  const whole = count(node);
  if (macs === 0) return [{ what: name, ...whole, units: { output: outputs(node), input: inputs(node) } }];
  const sums = { what: `${name}: multiply-accumulates`, units: { "multiply-accumulate": macs } };
  if (!hasBias(node)) return [{ ...sums, ...whole }];
  // What a bias adds: the same op counted without it.
  const bare = count(record(node.op, node.inputs.slice(0, 2), node.attributes));
  const bias = { what: `${name}: bias`, a: whole.a - bare.a, b: whole.b - bare.b, units: { output: outputs(node) } };
  return [{ ...sums, ...bare }, bias];
}

function reasonOf(what: string, { parts, byPath }: Gathered): Reason {
  const sum = (key: "a" | "b") => parts.reduce((total, part) => total + part[key], 0);
  const layers = [...byPath]
    .map(([path, difference]) => ({ path, difference }))
    .filter(({ difference }) => difference !== 0);
  const [a, b] = [sum("a"), sum("b")];
  return { what, a, b, difference: b - a, each: eachOf(parts), layers: bySize(layers).slice(0, 3) };
}

/** Whole numbers of a unit, the same in all parts: of two such units that of which there are more. */
function eachOf(parts: readonly Part[]): Reason["each"] {
  const found = (Object.keys(parts[0]!.units) as Unit[]).flatMap((unit) => {
    const [first, ...others] = parts.map(({ a, b, units }) => ({ a: a / units[unit]!, b: b / units[unit]! }));
    const { a, b } = first!;
    const alike = others.every((rate) => rate.a === a && rate.b === b);
    return alike && Number.isInteger(a) && Number.isInteger(b) ? [{ unit, a, b }] : [];
  });
  return found.toSorted((x, y) => x.a + x.b - (y.a + y.b))[0] ?? null;
}

function bySize<T extends { readonly difference: number }>(list: readonly T[]): T[] {
  return list.toSorted((x, y) => Math.abs(y.difference) - Math.abs(x.difference));
}
