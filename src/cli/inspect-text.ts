import { oneLine } from "../core/errors.ts";
import type { FileFacts, TensorFacts } from "../formats/node.ts";
import { type FittedColumn, fittedTable } from "./fitted-table.ts";

const grouped = (value: number) => value.toLocaleString("en-US");

const columns: readonly FittedColumn<TensorFacts>[] = [
  { title: "tensor", cell: ({ name }) => oneLine(name), left: true, cut: "start" },
  { title: "type", cell: ({ dtype }) => dtype, left: true },
  { title: "shape", cell: ({ shape }) => `[${shape.join(", ")}]`, left: true },
  { title: "elements", cell: ({ elements }) => grouped(elements), rank: 1 },
  { title: "bytes", cell: ({ bytes }) => grouped(bytes), rank: 2 },
];

/** The file in one line, what it holds beside tensors, a row for each tensor, and the sums. */
export function inspectText({ file, format, fileBytes, tensors, metadata, entries, note }: FileFacts): string {
  const sum = (pick: (each: TensorFacts) => number) => tensors.reduce((total, each) => total + pick(each), 0);
  const lines = [`${file}: ${format}, ${grouped(fileBytes)} bytes`];
  for (const { name, value } of entries) lines.push(oneLine(`  ${name}: ${value}`));
  for (const [name, value] of Object.entries(metadata)) lines.push(oneLine(`  ${name}: ${value}`));
  if (tensors.length > 0) {
    const elements = grouped(sum((each) => each.elements));
    const total = `${tensors.length} tensor${tensors.length === 1 ? "" : "s"}, ${elements} elements, ${grouped(sum((each) => each.bytes))} bytes`;
    lines.push("", fittedTable(columns, tensors), "", total);
  }
  if (note !== null) lines.push(note);
  return lines.join("\n");
}
