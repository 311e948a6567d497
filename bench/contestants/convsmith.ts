// convsmith's side: forward passes and training steps.
import { readSafetensors } from "../../src/formats/node.ts";
import { setDevice, wasmDevice } from "../../src/index.ts";
import { answer, type Files, timeCalls, writeFloats } from "../lib/contestant.ts";
import { threadPeak } from "../lib/peak.ts";
import { loadTask, type Task } from "../lib/task.ts";
import type { Workload } from "../lib/workload.ts";

const device = wasmDevice();
setDevice(device);
const measurePeak = threadPeak(device);
let task: Task | null = null;

answer({
  async load({ workload, files }: { workload: Workload; files: Files }) {
    task = loadTask(workload, (await readSafetensors(files.start)).tensors);
    return { version: process.version, threads: device.pool.threads };
  },
  async check({ path, steps }: { path: string; steps: number }) {
    const { losses, values } = await task!.check(steps);
    writeFloats(path, values);
    return { losses, sizes: values.map((each) => each.length) };
  },
  run: ({ count }: { count: number }) => timeCalls(count, () => task!.run()),
  peak: () => ({ gflops: measurePeak() }),
});
