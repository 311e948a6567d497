import { ConvsmithError } from "../../core/errors.ts";
import type { Device } from "../../engine/device.ts";
import { NotSupportedError } from "../../formats/onnx/network/call.ts";
import { operatorName } from "../../formats/onnx/network/node-module.ts";
import { setDevice } from "../../tensor/index.ts";
import { type BackendCase, readCase } from "./cases.ts";
import { notSupported } from "./not-supported.ts";
import { runCase } from "./run-case.ts";

export interface Outcome {
  readonly name: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Those that it is about: of a case that is skipped, those that are the reason. */
  readonly operators: readonly string[];
  /** Of a case that did not pass, in one line. */
  readonly reason: string | null;
}

/** Runs a case on each device in turn. It passes where all of them give its outputs. */
export async function conform(
  folder: string,
  name: string,
  devices: readonly (readonly [name: string, device: Device])[],
): Promise<Outcome> {
  let found: BackendCase;
  try {
    found = readCase(folder, name);
  } catch (error) {
    return { name, status: "failed", operators: [], reason: lineOf(error) };
  }
  const missing = notSupported(found);
  if (missing) return { name, status: "skipped", ...missing };
  const operators = [...new Set(found.model.graph!.node.map(operatorName))];
  const problems: string[] = [];
  for (const [device, each] of devices) {
    setDevice(each);
    try {
      const wrong = await runCase(found);
      if (wrong) problems.push(`${device}: ${wrong}`);
    } catch (error) {
      if (error instanceof NotSupportedError) return { name, status: "skipped", operators, reason: lineOf(error) };
      problems.push(`${device}: ${lineOf(error)}`);
    }
  }
  const status = problems.length > 0 ? "failed" : "passed";
  return { name, status, operators, reason: problems.length > 0 ? problems.join("; ") : null };
}

function lineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const shown = error instanceof ConvsmithError ? text : `${(error as Error).name}: ${text}`;
  return shown.trim().replace(/\s*\n\s*/g, " ");
}
