import { describe, expect, test } from "vitest";
import { summarize } from "../../analysis/index.ts";
import type { Shape } from "../../core/shape.ts";
import * as nn from "../../nn/index.ts";
import { expectPublished, missing, note, rowsOf } from "../../testing/published.ts";

const table = "transposed_conv_vectors";

interface Row {
  readonly layer: string;
  readonly input: Shape;
  readonly output?: Shape;
  readonly params?: number;
  readonly true_macs?: number;
  readonly true_flops_2mac_plus_bias?: number;
  readonly deepspeed_before?: { readonly macs: number; readonly flops: number };
  readonly ptflops_before?: number;
  readonly ptflops_expected_by_reporter?: number;
  readonly thop_before?: number;
}

/** "ConvTranspose2d(4,4,k=3,s=2,p=1,output_padding=1,groups=4)". */
function layerOf({ layer }: Row): nn.ConvTranspose2d {
  const [from, to, ...named] = layer.slice(layer.indexOf("(") + 1, -1).split(",");
  const values = Object.fromEntries(named.map((each) => each.split("="))) as Record<string, string>;
  const { k, s = 1, p = 0, output_padding = 0, groups = 1 } = values;
  return new nn.ConvTranspose2d(Number(from), Number(to), Number(k), {
    ...{ stride: Number(s), padding: Number(p), outputPadding: Number(output_padding), groups: Number(groups) },
  });
}

describe.skipIf(missing)(`transposed convolutions of which tools were wrong${note}`, () => {
  test.each(rowsOf<Row>(table))("$layer on $input", (row) => {
    const layer = layerOf(row);
    const totals = (convention: Parameters<typeof summarize>[2] & object) =>
      summarize(layer, row.input, convention).totals;
    const exact = totals({});
    const { macs } = totals({ convention: "torchvision" });
    if (row.output) expect(summarize(layer, row.input).layers[0]!.outputShape).toEqual(row.output);
    if (row.params) expect(exact.parameters).toBe(row.params);
    if (row.true_macs) expect(macs).toBe(row.true_macs);
    if (row.true_flops_2mac_plus_bias) expect(2 * macs + exact.biasAdditions).toBe(row.true_flops_2mac_plus_bias);
    if (row.deepspeed_before) {
      const { macs, flops } = totals({ convention: "calflops" });
      expect({ macs, flops }).toEqual(row.deepspeed_before);
    }
    if (row.ptflops_before) expect(totals({ convention: "ptflops" }).macs).toBe(row.ptflops_before);
    if (row.ptflops_expected_by_reporter) {
      const name = `${row.layer} ${row.input.join("x")} ptflops`;
      const ours = totals({ convention: "ptflops-aten" }).macs;
      expectPublished(table, name, "ptflops_expected_by_reporter", row.ptflops_expected_by_reporter, ours);
    }
    if (row.thop_before) expect(totals({ convention: "thop-head" }).macs).toBe(row.thop_before);
  });
});
