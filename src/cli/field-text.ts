import type { EffectiveField, FieldPaths, HoldingCircle, LayerField, PositionField, Range } from "../analysis/index.ts";
import { wrappedText } from "./wrapped-text.ts";

/** All that is known of one position of a layer. */
export interface FieldFacts {
  readonly model: string;
  readonly field: LayerField;
  readonly seen: PositionField;
  readonly paths: FieldPaths;
  readonly effective: EffectiveField;
  /** Holds 90 % of the gradient; null where there is none. */
  readonly circle: HoldingCircle | null;
  /** The picture that was the input. */
  readonly image: string | null;
  /** Whose weights; null: random. */
  readonly weights: string | null;
  readonly draws: number;
  readonly seed: number;
  readonly output: string;
}

const number = (value: number) => Number(value.toFixed(Math.abs(value) < 1 ? 3 : 1)).toLocaleString("en-US");
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const lengthOf = ([first, last]: Range) => last - first + 1;
export const sizeOf = ({ rows, columns }: PositionField) => `${lengthOf(rows)}x${lengthOf(columns)}`;

export function headline({ model, field, seen }: FieldFacts): string {
  const size = field.outputShape.slice(-2).join("x");
  const layer = field.path === "" ? "its output" : field.name;
  return `${model}, ${layer}, position ${seen.position.join(",")} of ${size}`;
}

/** "random weights (seed 0), 8 random inputs". */
export function conditions({ weights, image, draws, seed }: FieldFacts): string {
  const times = draws === 1 ? "" : ` (${draws} draws of the channels' signs)`;
  const inputs = image === null ? `${draws} random input${draws === 1 ? "" : "s"}` : `${image}${times}`;
  return `${weights === null ? `random weights (seed ${seed})` : `weights of ${weights}`}, ${inputs}`;
}

/** The circle and how much of the field it covers. */
export function effectiveText({ circle, seen }: FieldFacts): string {
  if (!circle) return "no gradient reaches the input";
  const share = (Math.PI * circle.radius ** 2) / (lengthOf(seen.rows) * lengthOf(seen.columns));
  const covers = share < 1 ? `, ${percent(share)} of the field's area` : "";
  return `90 % of the gradient within ${number(circle.radius)} pixels of row ${number(circle.y)}, column ${number(circle.x)}${covers}`;
}

/** The figures, for people. */
export function fieldText(facts: FieldFacts): string[] {
  const { field, seen, paths, output } = facts;
  const rows: [string, string][] = [
    ["field", fieldLine(facts)],
    ...ranges(facts),
    ["padding", `${percent(seen.paddedShare)} of the field's area`],
    [
      "depends on",
      `${seen.seen.count.toLocaleString("en-US")} of ${(seen.seen.height * seen.seen.width).toLocaleString("en-US")} pixels`,
    ],
    ["paths", pathsLine(paths)],
    ["effective", effectiveText(facts)],
    ["computed with", conditions(facts)],
    ["written", output],
  ];
  if (field.calls > 1) rows.unshift(["called", `${field.calls} times; this is its last call`]);
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4;
  const lines = rows.map(([name, text]) => {
    const space = " ".repeat(indent);
    // A path stays whole, so that it can be copied.
    const said = name === "written" ? text : wrappedText(space + text, space).trimStart();
    return `  ${name}`.padEnd(indent) + said;
  });
  return [wrappedText(headline(facts), "  "), ...lines];
}

function fieldLine({ field: { field }, seen }: FieldFacts): string {
  const { height, width } = field;
  if (seen.whole) return `${sizeOf(seen)}: a path goes through a global operation and sees the whole input`;
  const strides =
    height.stride === width.stride ? number(height.stride) : `${number(height.stride)}x${number(width.stride)}`;
  const phases =
    height.smallest === height.largest && width.smallest === width.largest
      ? ""
      : `; ${height.smallest}x${width.smallest} to ${height.largest}x${width.largest} from position to position`;
  return `${sizeOf(seen)}, stride ${strides}${phases}`;
}

function ranges({ seen }: FieldFacts): [string, string][] {
  if (lengthOf(seen.rows) === 0)
    return [["rows", "none: the position lies between the taps of a transposed convolution"]];
  const line = ([first, last]: Range, inside: Range | undefined) => {
    const middle = `centre ${number((first + last) / 2)}`;
    if (!inside) return `${first} to ${last}, all of it in the padding`;
    const clipped = inside[0] === first && inside[1] === last ? "" : `, inside the input ${inside[0]} to ${inside[1]}`;
    return `${first} to ${last}, ${middle}${clipped}`;
  };
  return [
    ["rows", line(seen.rows, seen.inside?.rows)],
    ["columns", line(seen.columns, seen.inside?.columns)],
  ];
}

function pathsLine({ paths, aligned, leftOut }: FieldPaths): string {
  const size = ({ height, width }: (typeof paths)[number]) =>
    height.whole || width.whole ? "the whole input" : `${height.size}x${width.size}`;
  const routes = paths.reduce((sum, path) => sum + path.routes, 0);
  if (paths.length === 0) return "none";
  if (paths.length === 1) return `one field${routes > 1 ? ` (${number(routes)} routes)` : ""}: ${size(paths[0]!)}`;
  const lineUp = aligned === null ? "" : aligned ? "; their centres line up" : "; their centres do not line up";
  const some = paths.length <= 4 ? paths.map(size).join(", ") : `${size(paths.at(-1)!)} to ${size(paths[0]!)}`;
  const rest = leftOut > 0 ? `; ${leftOut.toLocaleString("en-US")} more, the smallest, were left out` : "";
  return `${paths.length} different (${routes < 1e9 ? number(routes) : `about ${routes.toExponential(0)}`} routes): ${some}${lineUp}${rest}`;
}
