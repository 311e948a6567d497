import type { Argv, InferredOptionTypes, Options } from "yargs";
import { type PlanBuffer, type PlanReport, type PlanStep, planOf } from "../analysis/index.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { setDevice } from "../tensor/index.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";

const planOptions = {
  ...modelOptions,
  ...jsonOption,
  train: { type: "boolean", describe: "A training step: forward, mean squared error, backward, Adam", default: false },
} as const satisfies Record<string, Options>;

export type PlanOptions = InferredOptionTypes<typeof planOptions> & { readonly model: string };

export const builder = (argv: Argv): Argv =>
  argv
    .positional("model", { type: "string", describe: modelHelp })
    .options(planOptions)
    .example("$0 plan espcn --input 1x1x360x640", "")
    .example("$0 plan espcn --input 16x1x17x17 --train", "");

export async function handler({ model, train, json, ...request }: PlanOptions): Promise<void> {
  const device = createWasmDevice(wasmKernels, {});
  setDevice(device);
  const { network, inputShape } = await findModel(model, request);
  if (train) network.train();
  else network.eval();
  const report = await planOf(network, inputShape, device, { train });
  printResult(json, report, () => planText(report));
}

/** One line a step, then the memory. */
export function planText({ steps, arenaBytes, liveBytes }: PlanReport): string {
  const head = ["step", "kernel", "fused into it", "part", "pieces", "writes", "offset", "bytes", "reads"];
  const rows = [head, ...steps.map((step, index) => [`${index + 1}`, ...cellsOf(step)])];
  const right = new Set([0, 4, 6, 7]);
  const widths = head.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (right.has(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join("  ")
      .trimEnd(),
  );
  const memory = `arena ${bytes(arenaBytes)} bytes; at most ${bytes(liveBytes)} are in use at once`;
  return [lines[0]!, "─".repeat(Math.max(...lines.map((line) => line.length))), ...lines.slice(1), "", memory].join(
    "\n",
  );
}

const bytes = (value: number) => value.toLocaleString("en-US");

function cellsOf({ kernel, fused, part, pieces, reads, writes }: PlanStep): string[] {
  const [first] = writes;
  const size = writes.reduce((sum, each) => sum + each.bytes, 0);
  return [
    kernel,
    shortened(fused),
    part,
    pieces === 0 ? "-" : `${pieces}`,
    writes.map(({ home }) => home).join(", "),
    first?.offset == null ? "-" : bytes(first.offset),
    bytes(size),
    reads.map(placeOf).join(", "),
  ];
}

/** Long chains, such as an optimiser's, by their ends. */
function shortened(ops: readonly string[]): string {
  return ops.length > 6 ? `${ops.slice(0, 3).join(", ")}, … ${ops.at(-1)} (${ops.length})` : ops.join(", ");
}

const placeOf = ({ home, offset }: PlanBuffer) => (offset === null ? home : `${home}@${bytes(offset)}`);
