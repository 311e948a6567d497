import { appendFileSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { wasmDevice } from "../../index.ts";
import { setDevice } from "../../tensor/index.ts";
import { problemOf } from "./check-error.ts";
import { corpusOf } from "./corpus.ts";
import { exercise, place } from "./exercise.ts";
import { memoryLimit, watchMemory } from "./memory.ts";
import { inputOf } from "./mutate.ts";
import type { Finding, Line, Task } from "./protocol.ts";
import { Watchdog } from "./watchdog.ts";

/** Growth from which an input is measured again in a process of its own, where garbage of others does not count. */
const suspicious = 24 * 2 ** 20;

const task = JSON.parse(process.argv[2]!) as Task;
const { format, seed, folder } = task;
const corpus = corpusOf(format, task.root);
const corpusFolder = join(task.root, "fixtures/fuzz/corpus");
const output = join(folder, "lines");
const inputs = join(folder, "input");
const position = openSync(join(folder, "position"), "w");
const write = (line: Line) => appendFileSync(output, `${JSON.stringify(line)}\n`);

setDevice(wasmDevice({ threads: 1 }));
if (task.exact) {
  for (const { name, bytes } of [...corpus, ...corpus]) {
    await exercise(format, place(inputs, corpusFolder, name, bytes), inputs, () => {}).catch(() => {});
    rmSync(inputs, { recursive: true });
  }
  (globalThis as { gc?: () => void }).gc?.();
}

const watchdog = new Watchdog(output);
let refused = 0;
let slowest = { index: -1, milliseconds: 0 };
let largest = { index: -1, bytes: 0 };
for (let index = task.from; index < task.to; index++) {
  writeSync(position, String(index).padEnd(12), 0);
  const file = task.files?.[index];
  const { name, bytes } = file
    ? { name: basename(file), bytes: new Uint8Array(readFileSync(file)) }
    : inputOf(format, corpus, seed, index);
  const path = place(inputs, corpusFolder, name, bytes);
  const report = (kind: Finding["kind"], problem: string, detail: string) =>
    write({ finding: { index, name, step: watchdog.stepName, kind, problem, detail } });
  const peak = watchMemory();
  watchdog.begin(index);
  let error: unknown = null;
  try {
    await exercise(format, path, inputs, (step) => watchdog.step(step));
  } catch (thrown) {
    error = thrown;
  }
  const milliseconds = watchdog.end();
  const taken = peak();
  if (error !== null) {
    refused++;
    const problem = problemOf(error, format === "idx" ? inputs : path, format);
    if (problem) report("error", problem, (error as Error).stack ?? "");
  }
  if (milliseconds > slowest.milliseconds) slowest = { index, milliseconds };
  if (taken > largest.bytes) largest = { index, bytes: taken };
  if (taken > (task.exact ? memoryLimit(bytes.length) : suspicious)) {
    report("memory", `${(taken / 2 ** 20).toFixed(0)} MiB for ${bytes.length} bytes`, String(taken));
  }
  rmSync(inputs, { recursive: true, force: true });
}
write({ counts: { read: task.to - task.from - refused, refused, slowest, largest } });
await watchdog.close();
process.exit(0);
