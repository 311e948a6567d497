import type { AxisField, ReceptiveField } from "../receptive-field.ts";
import type { LayerRow, Summary } from "../summary.ts";

type Value = string | number | null;

/** The rows as comma-separated values (RFC 4180): one record a row, exact numbers, no totals, empty where there is no value. */
export function summaryCsv({ layers }: Summary): string {
  const kinds = [...new Set(layers.flatMap(({ other }) => Object.keys(other)))].sort();
  const columns: [title: string, value: (row: LayerRow) => Value][] = [
    ["path", ({ path }) => path],
    ["type", ({ type }) => type],
    ["description", ({ description }) => description],
    ["ops", ({ ops }) => ops.join(" ")],
    ["outputShape", ({ outputShape }) => outputShape?.join("x") ?? null],
    ...numbers.map((key): [string, (row: LayerRow) => Value] => [key, (row) => row[key]]),
    ...kinds.map((kind): [string, (row: LayerRow) => Value] => [`other:${kind}`, ({ other }) => other[kind] ?? 0]),
    ...shares.map((key): [string, (row: LayerRow) => Value] => [`share:${key}`, ({ share }) => share[key]]),
    ...axes.flatMap((axis) =>
      fields.map((key): [string, (row: LayerRow) => Value] => [
        `field:${axis}:${key}`,
        ({ receptiveField }) => receptiveField && fieldValue(receptiveField[axis], key),
      ]),
    ),
  ];
  const records = [columns.map(([title]) => title), ...layers.map((row) => columns.map(([, value]) => value(row)))];
  return records.map((record) => record.map(quoted).join(",")).join("\r\n");
}

const numbers = [
  "parameters",
  "trainable",
  "multiplications",
  "additions",
  "biasAdditions",
  "macs",
  "effectiveMacs",
  "flops",
  "activationBytes",
] as const;
const shares = ["parameters", "macs", "flops", "activationBytes"] as const;
const axes: readonly (keyof ReceptiveField)[] = ["height", "width"];
const fields = ["size", "smallest", "largest", "stride", "start", "centre", "whole"] as const;

const fieldValue = (axis: AxisField, key: (typeof fields)[number]): Value =>
  key === "whole" ? `${axis.whole}` : axis[key];

function quoted(value: Value): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
