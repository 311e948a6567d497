// Checks every case of every golden file of a folder on each device: outputs, gradients, optimiser and training runs.
// Usage: npm run golden -- DIR [--device reference|wasm|both]
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Device } from "../src/engine/device.ts";
import { ReferenceDevice, wasmDevice } from "../src/index.ts";
import { engine, setDevice } from "../src/tensor/index.ts";
import { type GoldenCase, readGoldenFile } from "../src/testing/golden.ts";
import { checkGolden } from "../src/testing/golden-run.ts";
import { goldenRuns } from "../src/testing/golden-training.ts";

const devices: Readonly<Record<string, () => Device>> = {
  reference: () => new ReferenceDevice(),
  wasm: () => wasmDevice(),
};

process.exitCode = await main();

async function main(): Promise<number> {
  const asked = options();
  if (!asked) return 1;
  const { files, names, folder } = asked;
  const total = { passed: 0, failed: 0 };
  for (const name of names) {
    setDevice(devices[name]!());
    for (const file of files) {
      const { passed, failures } = await checkFile(join(folder, file));
      total.passed += passed;
      total.failed += failures.length;
      console.log(
        `${name.padEnd(9)} ${file.padEnd(32)} ${passed} passed${failures.length ? `, ${failures.length} failed` : ""}`,
      );
      for (const failure of failures) console.log(`  ${failure}`);
    }
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

function options(): { files: string[]; names: string[]; folder: string } | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { device: { type: "string", default: "both" } },
    });
    const [folder, more] = positionals;
    if (!folder || more) return stop("needs one folder: npm run golden -- DIR [--device reference|wasm|both]");
    const names = values.device === "both" ? Object.keys(devices) : [values.device];
    if (!names.every((name) => Object.hasOwn(devices, name))) {
      return stop(`unknown device ${values.device}. Use reference, wasm or both.`);
    }
    const files = readdirSync(folder).filter((file) => file.endsWith(".safetensors"));
    if (files.length === 0) return stop(`${folder}: holds no .safetensors file`);
    return { files: files.sort(), names, folder };
  } catch (error) {
    return stop(oneLine(error));
  }
}

async function checkFile(path: string): Promise<{ passed: number; failures: string[] }> {
  const failures: string[] = [];
  let passed = 0;
  let cases: GoldenCase[];
  try {
    cases = readGoldenFile(path);
    if (cases.length === 0) throw new Error("it holds no case");
  } catch (error) {
    return { passed, failures: [`cannot be read: ${oneLine(error)}`] };
  }
  for (const golden of cases) {
    try {
      const run = Object.hasOwn(goldenRuns, golden.op) ? goldenRuns[golden.op] : undefined;
      if (run) await run(golden);
      else await checkGolden(golden, (roots) => engine().values(roots));
      passed++;
    } catch (error) {
      failures.push(`${golden.name}: ${oneLine(error)}`);
    }
  }
  return { passed, failures };
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().replace(/\s*\n\s*/g, " ");
}

function stop(problem: string): null {
  console.error(`golden: ${problem}`);
  return null;
}
