import { type Aligned, align } from "./align.ts";
import type { ReceptiveField } from "./receptive-field.ts";
import type { LayerRow, Summary, Totals } from "./summary.ts";

/** What may differ between two layers that belong together. */
export type Difference = "description" | "outputShape" | "parameters" | "macs" | "flops" | "receptiveField";

export interface LayerDiff extends Aligned<LayerRow> {
  readonly change: "same" | "changed" | "added" | "removed";
  /** What differs; none unless changed. */
  readonly differs: readonly Difference[];
}

/** Two figures beside each other. */
export interface Change {
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  /** b / a; null where a is 0. */
  readonly ratio: number | null;
}

export function changeOf(a: number, b: number): Change {
  return { a, b, difference: b - a, ratio: a === 0 ? null : b / a };
}

export interface SummaryDiff {
  readonly a: Pick<Summary, "name" | "inputShape">;
  readonly b: Pick<Summary, "name" | "inputShape">;
  readonly layers: readonly LayerDiff[];
  readonly totals: Readonly<Record<"parameters" | "macs" | "flops" | "activationBytes", Change>>;
}

/**
 * Two networks, layer by layer in the order of their calls: which layers of `b` are new, which of `a` are gone, and what
 * has changed in those that are in both. Layers belong together that are of one type, and best of one description,
 * output shape and path.
 * @example
 * import { nn, summarize } from "convsmith";
 * import { diffSummaries } from "convsmith/analysis";
 * const net = (...more: nn.Layer[]) => new nn.Sequential(new nn.Conv2d(3, 8, 3), ...more);
 * const [a, b] = [summarize(net(), [1, 3, 9, 9]), summarize(net(new nn.ReLU()), [1, 3, 9, 9])];
 * console.log(diffSummaries(a, b).layers.map(({ change }) => change)); // ["same", "added"]
 */
export function diffSummaries(a: Summary, b: Summary): SummaryDiff {
  const layers = align(a.layers, b.layers, likeness).map((pair): LayerDiff => {
    if (!pair.a) return { ...pair, change: "added", differs: [] };
    if (!pair.b) return { ...pair, change: "removed", differs: [] };
    const differs = differences(pair.a, pair.b);
    return { ...pair, change: differs.length > 0 ? "changed" : "same", differs };
  });
  const total = (key: keyof Totals & keyof SummaryDiff["totals"]) => changeOf(a.totals[key], b.totals[key]);
  const about = ({ name, inputShape }: Summary) => ({ name, inputShape });
  return {
    a: about(a),
    b: about(b),
    layers,
    totals: {
      parameters: total("parameters"),
      macs: total("macs"),
      flops: total("flops"),
      activationBytes: total("activationBytes"),
    },
  };
}

/** 0: of another kind. What a layer is says more than the map that it works on, and that more than where it stands. */
function likeness(a: LayerRow, b: LayerRow): number {
  const sameOps = `${a.ops}` === `${b.ops}`;
  const sameDescription = a.description === b.description;
  const sameMap = mapOf(a) === mapOf(b);
  const samePath = a.path === b.path;
  if (!sameDescription && !sameMap && !samePath) return 0;
  if (a.type !== b.type && !(sameOps && a.ops.length > 0)) return sameMap && isOp(a) && isOp(b) ? 1 : 0;
  let sum = a.type === b.type ? 2 : 1;
  if (sameOps) sum += 1;
  if (sameDescription) sum += 4;
  else if (lastOf(a.description, ", ") === lastOf(b.description, ", ")) sum += 1;
  if (sameMap) sum += 2;
  if (samePath) sum += 1;
  else if (lastOf(a.path, ".") === lastOf(b.path, ".")) sum += 0.5;
  return sum;
}

const mapOf = ({ outputShape }: LayerRow) => `${outputShape?.slice(2)}`;

/** The kernel of "Conv2d 3→8, 3×3", the name in "head.conv". */
const lastOf = (text: string, separator: string) => text.slice(text.lastIndexOf(separator) + 1);

/** A layer without parameters that is one op, as activations and poolings are: another may take its place. */
const isOp = ({ type, ops, parameters }: LayerRow) =>
  parameters === 0 && ops.length === 1 && ops[0]!.toLowerCase() === type.toLowerCase();

function differences(a: LayerRow, b: LayerRow): Difference[] {
  const found: Difference[] = [];
  if (a.description !== b.description) found.push("description");
  if (`${a.outputShape}` !== `${b.outputShape}`) found.push("outputShape");
  for (const key of ["parameters", "macs", "flops"] as const) if (a[key] !== b[key]) found.push(key);
  if (fieldKey(a.receptiveField) !== fieldKey(b.receptiveField)) found.push("receptiveField");
  return found;
}

/** Size and stride: where a field begins is no difference to look at. */
function fieldKey(field: ReceptiveField | null): string {
  if (!field) return "";
  return [field.height, field.width]
    .map(({ whole, smallest, largest, stride }) => (whole ? "whole" : `${smallest} ${largest} ${stride}`))
    .join();
}
