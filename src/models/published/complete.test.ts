import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { missing, note, tables } from "../../testing/published.ts";
import { type Deviation, deviations } from "../../testing/published-deviations.ts";

/** Tables whose every row a test beside this one reads. */
const read = [
  ...["torchvision", "ptflops_readme_torchvision", "thop_readme_torchvision", "calflops_readme_torchvision"],
  ...["torchinfo_readme", "torchsummary_readme", "fvcore_tests_conv", "fvcore_docs_and_tests"],
  ...["transposed_conv_vectors", "torch_flop_counter_tests", "torch_scan_readme", "independent_checks_made_here"],
];

/** Tables of receptive fields; google.test.ts reads the FLOPs of the first. */
const ofFields = [
  ...["receptive_field_end_points", "receptive_field_graphs", "distill_2019_worked_examples", "rf_small_examples"],
];

const page = readFileSync(fileURLToPath(new URL("../../../docs/published-figures.md", import.meta.url)), "utf8");

const figure = (value: Deviation["ours"]) =>
  typeof value === "number" ? value.toLocaleString("en-US") : (value ?? "-");

/** The row of a page's table. */
function told({ table, row, column, printed, ours, why }: Deviation): string {
  return `| ${table} | ${row} | ${column} | ${figure(printed)} | ${figure(ours)} | ${why} |`;
}

test.skipIf(missing)(`no table is left out${note}`, () => {
  expect(Object.keys(tables).sort()).toEqual([...read, ...ofFields].sort());
});

describe("docs/published-figures.md", () => {
  test.each(deviations)("tells of $row, $column", (deviation) => {
    expect(page).toContain(told(deviation));
  });

  test("tells of no other", () => {
    const [, listed] = page.split("## Figures that are not ours");
    // Less the two lines of the heading.
    expect(listed!.match(/^\|/gm)!.length - 2).toBe(deviations.length);
  });
});

test.skipIf(missing)(`every figure that is told to deviate stands in its table${note}`, () => {
  for (const { table, row, printed } of deviations) {
    const rows = (tables[table] ?? []).filter((each) => row.startsWith(nameOf(each)));
    expect(rows.length, row).toBeGreaterThan(0);
    const values = rows.flatMap((each) => valuesOf(each));
    expect(values, row).toContain(printed);
  }
});

/** Figures of a row, and of its totals. */
const valuesOf = (row: unknown): unknown[] => [
  ...Object.values(row as object),
  ...Object.values((row as { totals?: object }).totals ?? {}),
];

const nameOf = (row: unknown) => (row as Record<string, string>).model ?? (row as Record<string, string>).layer!;
