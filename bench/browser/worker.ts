// convsmith's side in a browser, in a Web Worker: it may sleep until its threads are done, which the page may not.
import { parseSafetensors } from "../../src/formats/index.ts";
import { setDevice, type WasmDevice, wasmDevice } from "../../src/index.ts";
import { threadPeak } from "../lib/peak.ts";
import { loadTask, type Task } from "../lib/task.ts";
import type { Workload } from "../lib/workload.ts";

export interface Questions {
  /** `start`: the file of what all sides start from, in base64. Gives the threads that work. */
  load: { readonly workload: Workload; readonly threads: number; readonly start: string };
  /** Gives losses, and numbers in base64. */
  check: { readonly steps: number };
  run: { readonly count: number };
  peak: object;
}

let device: WasmDevice;
let task: Task;
let measurePeak: () => number;

const answers: { [Ask in keyof Questions]: (question: Questions[Ask]) => unknown } = {
  async load({ workload, threads, start }) {
    device = wasmDevice({ threads });
    setDevice(device);
    const bytes = Uint8Array.from(atob(start), (letter) => letter.charCodeAt(0));
    task = loadTask(workload, parseSafetensors(bytes, "start.safetensors").tensors);
    measurePeak = threadPeak(device);
    return await device.ready();
  },
  async check({ steps }) {
    const { losses, values } = await task.check(steps);
    return { losses, values: values.map(base64) };
  },
  async run({ count }) {
    const times: number[] = [];
    for (let call = 0; call < count; call++) {
      const start = performance.now();
      await task.run();
      times.push(performance.now() - start);
    }
    return times;
  },
  peak: () => measurePeak(),
};

function base64(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

globalThis.onmessage = async ({ data }: MessageEvent<{ ask: keyof Questions }>) => {
  try {
    postMessage({ answer: await answers[data.ask](data as never) });
  } catch (error) {
    postMessage({ error: String((error as Error)?.message ?? error) });
  }
};
postMessage({ answer: "loaded" });
