import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";

const modes: Readonly<Record<string, "constant" | "reflect" | "replicate" | "wrap">> = {
  constant: "constant",
  reflect: "reflect",
  edge: "replicate",
  wrap: "wrap",
};

interface Side {
  readonly axis: number;
  readonly begin: number;
  readonly end: number;
}

/** All beginnings, then all ends, of all axes or those that are named. */
function sidesOf(call: Call, pads: readonly number[], rank: number): Side[] {
  const named = call.optionalNumbers(3)?.map((axis) => (axis < 0 ? axis + rank : axis));
  const axes = named ?? Array.from({ length: rank }, (_, axis) => axis);
  if (pads.length !== 2 * axes.length) call.fail(`needs ${2 * axes.length} pads, got ${pads.length}`);
  const sides = axes.map((axis, at) => ({ axis, begin: pads[at]!, end: pads[at + axes.length]! }));
  const outside = axes.find((axis) => !(axis >= 0 && axis < rank));
  if (outside !== undefined) call.fail(`axis ${outside} is not one of ${rank}`);
  return sides.filter(({ begin, end }) => begin !== 0 || end !== 0);
}

/** What PyTorch's padding takes: it is recorded as such, by which other tools count. */
function isPlain(x: Tensor, sides: readonly Side[], mode: string): boolean {
  if (mode === "constant") return true;
  if (mode === "wrap" || x.dim < 2) return false;
  return sides.every(({ axis, begin, end }) => {
    const limit = mode === "reflect" ? x.shape[axis]! - 1 : Number.POSITIVE_INFINITY;
    return axis >= x.dim - 2 && begin >= 0 && end >= 0 && Math.max(begin, end) <= limit;
  });
}

function plain(x: Tensor, sides: readonly Side[], mode: "constant" | "reflect" | "replicate", value: number): Tensor {
  const all = new Array<number>(2 * x.dim).fill(0);
  for (const { axis, begin, end } of sides) {
    all[2 * (x.dim - 1 - axis)] = begin;
    all[2 * (x.dim - 1 - axis) + 1] = end;
  }
  while (all.length > 2 && all.at(-1) === 0 && all.at(-2) === 0) all.length -= 2;
  return F.pad(x, all, mode, value);
}

/** One axis, whatever it is: negative sides cut. */
function along(x: Tensor, { axis, begin, end }: Side, mode: string): Tensor {
  const cut = x.slice(axis, Math.max(-begin, 0), x.shape[axis]! - Math.max(-end, 0));
  const size = cut.shape[axis]!;
  const output = size + Math.max(begin, 0) + Math.max(end, 0);
  if (output === size) return cut;
  const before = cut.shape.slice(0, axis).reduce((product, each) => product * each, 1);
  const rows = cut.reshape(1, before, size, -1);
  const rest = rows.shape[3]!;
  const map = [mode, size, output, Math.max(begin, 0)] as const;
  const y = new Tensor(ops.resample2d(rows.node, map, ["identity", rest, rest]));
  return y.reshape(cut.shape.map((each, at) => (at === axis ? output : each)));
}

/** All beginnings, then all ends: as attributes before opset 11, as inputs since. */
export function pad(call: Call): Tensor {
  const given = call.tensor(0);
  const name = call.text("mode", "constant");
  const mode = Object.hasOwn(modes, name) ? modes[name]! : call.refuse(`mode ${name} is not supported`);
  const old = call.opset < 11;
  const pads = call.given(old && call.opset < 2 ? "paddings" : "pads", 1) ?? call.fail("needs pads");
  const value = old ? call.float("value", 0) : (call.optionalNumbers(2)?.[0] ?? 0);
  const sides = sidesOf(call, pads, given.dim);
  const x = mode === "constant" ? given : given.to("float32");
  if (mode !== "wrap" && isPlain(x, sides, mode)) return plain(x, sides, mode, value);
  return sides.reduce((found, side) => along(found, side, mode), x);
}
