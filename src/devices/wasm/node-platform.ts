import type { Platform } from "./platform.ts";
import type { StartThread } from "./threads.ts";
import type { WorkerStart } from "./worker.ts";

/** Node: worker_threads, and V8's flags. */
export function nodePlatform(): Platform {
  // Reached at run time, so that a browser bundle holds no import of Node's modules. Node before 20.16 gets one thread.
  const builtin = process.getBuiltinModule as typeof process.getBuiltinModule | undefined;
  const threads = builtin?.("node:worker_threads");
  const v8 = builtin?.("node:v8");
  const os = builtin?.("node:os");
  return {
    cores: os?.availableParallelism() ?? 1,
    sharedMemory: true,
    mayWait: true,
    startThread: threads ? nodeThread(threads.Worker) : null,
    environment: process.env,
    setFlag: (flag) => {
      v8?.setFlagsFromString(flag);
      return v8 !== undefined;
    },
    mayRevectorize: v8 !== undefined && Number.parseInt(process.versions.v8, 10) >= 13,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

function nodeThread(Worker: typeof import("node:worker_threads").Worker): StartThread {
  return (source: string, start: WorkerStart) => {
    const code = `const __name = (f) => f; const { workerData } = require("node:worker_threads"); ${source}(workerData);`;
    const worker = new Worker(code, { eval: true, workerData: start });
    const started = new Promise<boolean>((resolve) => {
      worker.once("online", () => resolve(true));
      worker.once("error", () => resolve(false));
      worker.once("exit", () => resolve(false));
    });
    started.then(() => worker.unref());
    return { started, stop: () => void worker.terminate() };
  };
}
