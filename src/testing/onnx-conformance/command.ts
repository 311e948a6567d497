import { parseArgs } from "node:util";
import { oneLine } from "../../core/errors.ts";
import type { Device } from "../../engine/device.ts";
import { ReferenceDevice, wasmDevice } from "../../index.ts";
import { caseNames } from "./cases.ts";
import { conform, type Outcome } from "./conformance.ts";
import { conformanceReport } from "./report.ts";

const makers: Readonly<Record<string, () => Device>> = {
  reference: () => new ReferenceDevice(),
  wasm: () => wasmDevice(),
};

/** The command of scripts/conformance.ts: what it prints, and its exit code. */
export async function conformance(args: readonly string[]): Promise<{ output: string; error: string; code: number }> {
  try {
    const { folder, names } = options(args);
    const cases = caseNames(folder);
    const devices = names.map((name) => [name, makers[name]!()] as const);
    const outcomes: Outcome[] = [];
    for (const name of cases) outcomes.push(await conform(folder, name, devices));
    const failed = outcomes.some(({ status }) => status === "failed");
    return { output: conformanceReport(outcomes), error: "", code: failed ? 1 : 0 };
  } catch (error) {
    return { output: "", error: `conformance: ${oneLine((error as Error).message)}`, code: 1 };
  }
}

function options(args: readonly string[]): { folder: string; names: readonly string[] } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { device: { type: "string", default: "both" } },
  });
  const [folder, more] = positionals;
  if (!folder || more) throw new Error("needs one folder: npm run conformance -- DIR [--device reference|wasm|both]");
  const names = values.device === "both" ? Object.keys(makers) : [values.device];
  if (!names.every((name) => Object.hasOwn(makers, name))) {
    throw new Error(`unknown device ${values.device}. Use reference, wasm or both.`);
  }
  return { folder, names };
}
