import { Worker } from "node:worker_threads";
import type { StartThread } from "./threads.ts";

/** Starts a worker_thread. It does not keep the process alive. */
export const startNodeThread: StartThread = (source, start) => {
  const code = `const __name = (f) => f; const { workerData } = require("node:worker_threads"); ${source}(workerData);`;
  const worker = new Worker(code, { eval: true, workerData: start });
  worker.unref();
  return { stop: () => void worker.terminate() };
};
