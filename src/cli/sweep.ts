import { extname } from "node:path";
import type { Argv, InferredOptionTypes, Options } from "yargs";
import { type ConventionName, lastField, summarize } from "../analysis/index.ts";
import { ConvsmithError } from "../core/errors.ts";
import type { WasmDevice } from "../devices/wasm/device.ts";
import { checkFolder } from "./check-folder.ts";
import { conventionOption } from "./convention-option.ts";
import { UsageError } from "./errors.ts";
import { findModel } from "./model.ts";
import { jsonOption, type ModelRequest, modelHelp, modelOptions } from "./model-options.ts";
import { printResult, say } from "./output.ts";
import { type Combination, readSweep } from "./ranges.ts";
import { memoryDevice, memoryOn, memorySetting } from "./run-memory.ts";
import { SlowProgress } from "./slow-progress.ts";
import { chartFormats, writeSweepChart } from "./sweep-chart.ts";
import { type SweepResult, type SweepRow, sweepCsv, sweepText } from "./sweep-text.ts";

const range = (describe: string) => ({ type: "string", describe, requiresArg: true }) as const;

const sweepOptions = {
  ...modelOptions,
  input: range(
    "Shape of the input with ranges, in quotes: '1x3x{160..320..32}' (height and width), '1x3x{160,224}x224'",
  ),
  scale: range("Super-resolution: how much larger a picture becomes, such as '{2..4}'"),
  classes: range("Classifiers: how many classes, such as '{10,100,1000}'"),
  ...conventionOption,
  train: { type: "boolean", describe: "Memory is that of a training step with Adam", default: false },
  out: { alias: "o", type: "string", describe: "Write a chart: .html, .svg or .png", requiresArg: true },
  csv: { type: "boolean", describe: "Print the table as CSV", default: false },
  ...jsonOption,
} as const satisfies Record<string, Options>;

export type SweepOptions = InferredOptionTypes<typeof sweepOptions> & { readonly model: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(sweepOptions)
    .example("$0 sweep resnet18 --input '1x3x{160..320..32}' -o cost.html", "")
    .example("$0 sweep espcn --scale '{2..4}' --input '1x1x{90..360..90}x{160..640..160}'", "");

export async function handler({ model, json, csv, out, train, ...request }: SweepOptions): Promise<void> {
  if (out !== undefined && !chartFormats.includes(extname(out).toLowerCase())) {
    throw new UsageError(`--out must end in ${chartFormats.join(", ")}, got ${out}`);
  }
  if (out !== undefined) await checkFolder(out);
  if (json && csv) throw new UsageError("sweep: --json or --csv, not both");
  const { axes, combinations } = readSweep(request);
  const convention = request.convention as ConventionName;
  const device = memoryDevice();
  const progress = new SlowProgress("Sweeping");
  const rows: SweepRow[] = [];
  // What has no ranges is the same for all.
  const { "aux-logits": auxLogits, "width-multiplier": widthMultiplier } = request;
  const fixed = { "aux-logits": auxLogits, "width-multiplier": widthMultiplier };
  try {
    for (const [at, combination] of combinations.entries()) {
      rows.push(await measure(model, { ...combination, ...fixed }, { convention, device, train }));
      progress.update(at + 1, combinations.length);
    }
  } finally {
    progress.stop();
  }
  const reasons = new Set(rows.map(({ error }) => error));
  const [reason] = reasons;
  if (reasons.size === 1 && reason) throw new ConvsmithError(reason);
  const result: SweepResult = { model, convention, ...memorySetting(device, train), axes, rows };
  printResult(json, result, () => (csv ? sweepCsv(result) : sweepText(result)));
  if (rows.every(({ error }) => error !== null)) throw new ConvsmithError(`${model}: works at none of these sizes`);
  if (out === undefined) return;
  await writeSweepChart(out, result);
  say(`Wrote ${out}`);
}

interface Measuring {
  readonly convention: ConventionName;
  readonly device: WasmDevice;
  readonly train: boolean;
}

/** What the network does not take is a row that says so. @throws UsageError for options that it does not have. */
async function measure(
  model: string,
  { at, ...request }: Combination & Pick<ModelRequest, "aux-logits" | "width-multiplier">,
  { convention, device, train }: Measuring,
): Promise<SweepRow> {
  const { input, scale = null, classes = null } = request;
  const asked = { at, scale, classes };
  try {
    const { network, inputShape } = await findModel(model, { ...request, convention });
    const { layers, totals } = summarize(network, inputShape, { convention });
    const { parameters, macs, flops, activationBytes } = totals;
    const output = layers.findLast(({ outputShape }) => outputShape !== null)?.outputShape ?? null;
    const field = lastField(layers)?.size ?? null;
    const memoryBytes = memoryOn(device, network, inputShape, train).totalBytes;
    const cost = { parameters, macs, flops, activationBytes, memoryBytes };
    return { ...asked, inputShape, ...cost, outputShape: output, field, error: null };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const cost = { parameters: null, macs: null, flops: null, activationBytes: null, memoryBytes: null };
    const inputShape = input?.split("x").map(Number) ?? null;
    return {
      ...asked,
      inputShape,
      ...cost,
      outputShape: null,
      field: null,
      error: error instanceof Error ? error.message : String(error),
    };
  }
}
