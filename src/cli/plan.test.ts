import stringWidth from "string-width";
import { expect, test } from "vitest";
import { planOf } from "../analysis/index.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import { Espcn } from "../models/index.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { planText } from "./plan.ts";

const report = planOf(new Espcn(3), [2, 1, 17, 17], createWasmDevice(wasmKernels, { threads: 1 }), { train: true });

test.each([60, 80, 100, 140, 250])("the plan's table fits %i columns", (width) => {
  const [title, rule, ...lines] = planText(report, width).split("\n");
  for (const line of [title!, rule!, ...lines]) expect(stringWidth(line), line).toBeLessThanOrEqual(width);
  expect(title).toMatch(/^step +layer +kernel .*bytes +in use/);
  expect(lines.filter((line) => /^ *\d+ /.test(line))).toHaveLength(report.steps.length);
  expect(lines.at(-1)).toBe(
    `arena ${report.arenaBytes.toLocaleString("en-US")} bytes; at most ${report.liveBytes.toLocaleString("en-US")} are in use at once`,
  );
});

test("wider tables show more, and every step its layer", () => {
  const title = (width: number) => planText(report, width).split("\n")[0]!;
  expect(title(60)).not.toContain("part");
  expect(title(120)).toContain("part");
  expect(title(250)).toMatch(/pieces.*writes.*offset.*reads/);
  for (const { layer, kernel, reads } of report.steps) {
    const weight = reads.find(({ home }) => /^conv\d\.weight$/.test(home));
    if (weight && kernel.startsWith("conv2d")) expect(layer).toBe(weight.home.split(".")[0]);
  }
  expect(planText(report, 250)).toMatch(/\(loss\)/);
});
