import { describe, expect, test } from "vitest";
import { type ConventionName, type Summary, summarize } from "../../analysis/index.ts";
import {
  billions,
  deviationOf,
  expectPublished,
  millions,
  missing,
  note,
  rowsOf,
  summaryOf,
} from "../../testing/published.ts";
import { VisionTransformer } from "../../testing/vision-transformer.ts";

const table = "ptflops_readme_torchvision";

interface Row {
  readonly model: string;
  readonly input: string;
  readonly params_M: number;
  readonly gmacs_pytorch_backend: number;
  readonly gmacs_aten_backend: number | null;
}

const rows = rowsOf<Row>(table);
const inexpressible = (row: Row) => deviationOf(table, row.model, "gmacs_pytorch_backend")?.kind === "not expressible";
const isTransformer = ({ model }: Row) => model === "vit_b_16";

function summaryFor({ model }: Row, convention: ConventionName): Summary {
  // Its googlenet was made with the auxiliary heads, which an evaluation does not call.
  const options = model === "googlenet" ? { auxLogits: true } : {};
  return summaryOf(model, convention, model === "inception_v3" ? 299 : 224, options);
}

describe.skipIf(missing)(`ptflops' README${note}`, () => {
  test.each(rows.filter((row) => !inexpressible(row) && !isTransformer(row)))("$model", (row) => {
    const { model } = row;
    const pytorch = summaryFor(row, "ptflops");
    const { inputShape, totals } = pytorch;
    expectPublished(table, model, "input", row.input, inputShape.slice(2).join("x"));
    expectPublished(table, model, "params_M", row.params_M, millions(totals.parameters));
    expectPublished(table, model, "gmacs_pytorch_backend", row.gmacs_pytorch_backend, billions(totals.macs));
    if (row.gmacs_aten_backend === null) return;
    const aten = summaryFor(row, "ptflops-aten").totals.macs;
    expectPublished(table, model, "gmacs_aten_backend", row.gmacs_aten_backend, billions(aten));
  });

  test("inception_v3 at the 224 pixels that its row names", () => {
    expect(billions(summaryOf("inception_v3", "ptflops").totals.macs)).toBe(2.86);
    expect(billions(summaryOf("inception_v3", "ptflops-aten").totals.macs)).toBe(2.84);
  });

  test.each(rows.filter(isTransformer))("$model, built of linear layers and matrix products", (row) => {
    const totals = (convention: ConventionName) =>
      summarize(new VisionTransformer(), [1, 3, 224, 224], { convention, rows: "ops" });
    const pytorch = totals("ptflops").totals;
    expectPublished(table, row.model, "params_M", row.params_M, millions(pytorch.parameters));
    // Its hook on attention modules counts the scaling of the queries too; our product is not such a module.
    const scaling = 12 * 197 * 768;
    const macs = billions(pytorch.macs + scaling);
    expectPublished(table, row.model, "gmacs_pytorch_backend", row.gmacs_pytorch_backend, macs);
    // PyTorch runs both products of attention as one op, which its aten backend does not know.
    const known = totals("ptflops-aten").layers.filter(({ ops }) => !ops.includes("matmul"));
    const aten = known.reduce((sum, layer) => sum + layer.macs, 0);
    expectPublished(table, row.model, "gmacs_aten_backend", row.gmacs_aten_backend, billions(aten));
  });

  test.each(rows.filter(inexpressible))("$model is told to be no network of ours", (row) => {
    const { printed, ours } = deviationOf(table, row.model, "gmacs_pytorch_backend")!;
    expect([printed, ours]).toEqual([row.gmacs_pytorch_backend, null]);
  });
});
