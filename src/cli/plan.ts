import type { Argv, InferredOptionTypes, Options } from "yargs";
import { type PlanBuffer, type PlanReport, type PlanStep, planOf } from "../analysis/index.ts";
import { createWasmDevice } from "../devices/wasm/create.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { setDevice } from "../tensor/index.ts";
import { type FittedColumn, fittedTable } from "./fitted-table.ts";
import { findModel } from "./model.ts";
import { jsonOption, modelHelp, modelOptions } from "./model-options.ts";
import { printResult } from "./output.ts";
import { wrappedText } from "./wrapped-text.ts";

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
  const report = planOf(network, inputShape, device, { train });
  printResult(json, report, () => planText(report));
}

/** One line a step, then the memory. `width`: columns of the terminal. */
export function planText({ steps, arenaBytes, liveBytes }: PlanReport, width?: number): string {
  const memory = `arena ${bytes(arenaBytes)} bytes; at most ${bytes(liveBytes)} are in use at once`;
  return `${fittedTable(columns, steps, width)}\n\n${wrappedText(memory, "  ", width)}`;
}

const bytes = (value: number) => value.toLocaleString("en-US");

const columns: readonly FittedColumn<PlanStep>[] = [
  { title: "step", cell: (_, index) => `${index + 1}` },
  { title: "layer", cell: ({ layer }) => layerText(layer), left: true, cut: "start" },
  { title: "kernel", cell: ({ kernel }) => kernel, left: true, cut: "end" },
  { title: "fused into it", cell: ({ fused }) => shortened(fused), left: true, rank: 4, cut: "end" },
  { title: "part", cell: ({ part }) => part, left: true, rank: 5, cut: "end" },
  { title: "pieces", cell: ({ pieces }) => (pieces === 0 ? "-" : `${pieces}`), rank: 2 },
  { title: "bands", cell: ({ bands }) => (bands === 1 ? "-" : `${bands}`), rank: 2 },
  { title: "writes", cell: ({ writes }) => writes.map(({ home }) => home).join(", "), left: true, rank: 3, cut: "end" },
  { title: "offset", cell: ({ writes: [first] }) => (first?.offset == null ? "-" : bytes(first.offset)), rank: 1 },
  { title: "bytes", cell: ({ writes }) => bytes(writes.reduce((sum, each) => sum + each.bytes, 0)) },
  { title: "in use", cell: (step) => bytes(step.liveBytes) },
  { title: "reads", cell: ({ reads }) => reads.map(placeOf).join(", "), left: true, rank: 0 },
];

/** "" is the network's own forward. */
export const layerText = (layer: string | null): string => (layer === "" ? "(network)" : (layer ?? "-"));

/** Long chains, such as an optimiser's, by their ends. */
function shortened(ops: readonly string[]): string {
  return ops.length > 6 ? `${ops.slice(0, 3).join(", ")}, … ${ops.at(-1)} (${ops.length})` : ops.join(", ");
}

const placeOf = ({ home, offset }: PlanBuffer) => (offset === null ? home : `${home}@${bytes(offset)}`);
