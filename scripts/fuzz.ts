// Reads files that are changed at random, and fails where one crashes, hangs, takes too much memory or is refused badly.
// Usage: npm run fuzz -- [--count N] [--seed S] [--from N] [--format onnx|pt|safetensors|npy|idx] [--keep DIR]
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { oneLine } from "../src/core/errors.ts";
import { corpusOf, type Format, formats, repository } from "../src/testing/fuzz/corpus.ts";
import { inputOf } from "../src/testing/fuzz/mutate.ts";
import type { Finding } from "../src/testing/fuzz/protocol.ts";
import { fuzz, openWorkshop } from "../src/testing/fuzz/run.ts";

const root = repository();
process.exitCode = await main();

async function main(): Promise<number> {
  const asked = options();
  if (!asked) return 1;
  const { count, seed, from, chosen, keep } = asked;
  const workshop = await openWorkshop(root);
  const total = { inputs: 0, findings: 0 };
  try {
    for (const format of chosen) {
      const start = performance.now();
      const report = await fuzz(root, workshop.folder, format, { seed, from, to: from + count });
      const { inputs, read, refused, slowest, largest, findings } = report;
      const seconds = (performance.now() - start) / 1000;
      const facts = [
        `${inputs} inputs, ${read} read, ${refused} refused, ${findings.length} findings`,
        `${(inputs / seconds).toFixed(0)} a second`,
        `slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.index})`,
        `largest ${(largest.bytes / 2 ** 20).toFixed(0)} MiB (${largest.index})`,
      ];
      console.log(`${format.padEnd(12)}${facts.join("; ")}`);
      tell(findings);
      if (keep) for (const { index } of findings) save(keep, format, seed, index);
      total.inputs += inputs;
      total.findings += findings.length;
    }
  } finally {
    workshop.close();
  }
  console.log(`${total.inputs} inputs of seed ${seed}, ${total.findings} findings`);
  return total.findings > 0 || total.inputs === 0 ? 1 : 0;
}

/** One of each kind, with how many there are. */
function tell(findings: readonly Finding[]): void {
  const groups = new Map<string, Finding[]>();
  for (const each of findings) groups.set(signature(each), [...(groups.get(signature(each)) ?? []), each]);
  for (const same of groups.values()) {
    const [{ index, name, step, kind, problem, detail }] = same as [Finding];
    console.log(
      `  ${same.length} × ${kind} ${step && `at ${step} `}(input ${index}, ${name}): ${oneLine(problem.slice(0, 400))}`,
    );
    for (const line of detail.split("\n").slice(1, 4)) console.log(`      ${line.trim()}`);
  }
}

function signature({ kind, step, problem, detail }: Finding): string {
  const frame = detail.split("\n").find((line) => line.trim().startsWith("at ")) ?? "";
  return `${kind} ${step} ${kind === "error" ? problem.replace(/[\d"'[\], ]+|\S*\/\S+/g, "").slice(0, 60) + frame : ""}`;
}

function save(folder: string, format: Format, seed: number, index: number): void {
  const { name, bytes } = inputOf(format, corpusOf(format, root), seed, index);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${seed}-${index}-${name}`), bytes);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        count: { type: "string", default: "2000" },
        seed: { type: "string", default: "1" },
        from: { type: "string", default: "0" },
        format: { type: "string" },
        keep: { type: "string" },
      },
    });
    const [count, seed, from] = [values.count, values.seed, values.from].map(Number) as [number, number, number];
    if (![count, seed, from].every((each) => Number.isSafeInteger(each) && each >= 0)) {
      return stop("--count, --seed and --from must be whole numbers from 0");
    }
    if (values.format !== undefined && !formats.includes(values.format as Format)) {
      return stop(`unknown format ${values.format}. Use ${formats.join(", ")}.`);
    }
    const chosen = values.format ? [values.format as Format] : formats;
    return { count, seed, from, chosen, keep: values.keep };
  } catch (error) {
    return stop((error as Error).message);
  }
}

function stop(problem: string): null {
  console.error(`fuzz: ${problem}`);
  return null;
}
