import { FunctionBuilder } from "../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { StartThread } from "./threads.ts";
import type { WorkerStart } from "./worker.ts";

/** What the WASM device needs to know of the JavaScript host it runs in. */
export interface Platform {
  readonly cores: number;
  readonly sharedMemory: boolean;
  /** The calling thread may sleep in Atomics.wait. */
  readonly mayWait: boolean;
  readonly startThread: StartThread | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Turns on a V8 flag for code that is compiled from now on; false where that can't be done. */
  readonly setFlag: (flag: string) => boolean;
  /** The JavaScript engine knows a flag for 256-bit vectors and has gained from it: V8 of Node 24 and later. */
  readonly mayRevectorize: boolean;
  readonly breathe: () => Promise<void>;
}

/** The host: Node (worker_threads, V8 flags) or a browser (Web Workers, shared memory only where it is isolated). */
export function detectPlatform(): Platform {
  const node =
    typeof process === "object" && typeof process.versions?.node === "string" && !("importScripts" in globalThis);
  return node ? nodePlatform() : webPlatform();
}

function nodePlatform(): Platform {
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

function webPlatform(): Platform {
  const isolated = globalThis.crossOriginIsolated === true;
  return {
    cores: globalThis.navigator?.hardwareConcurrency ?? 1,
    sharedMemory: isolated,
    mayWait: isolated && canWait(),
    startThread: isolated && typeof Worker === "function" ? webThread : null,
    environment: {},
    setFlag: () => false,
    mayRevectorize: false,
    breathe: () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          resolve();
        };
        port2.postMessage(null);
      }),
  };
}

/** Whether this thread may sleep, tried on a word that differs: a page's main thread and a service worker may not. */
function canWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

const webThread: StartThread = (source, start) => {
  const code = `const __name = (f) => f; onmessage = (event) => { postMessage(null); ${source}(event.data); };`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  const started = new Promise<boolean>((resolve) => {
    worker.onmessage = () => resolve(true);
    worker.onerror = () => resolve(false);
  });
  started.then(() => URL.revokeObjectURL(url));
  worker.postMessage(start);
  return { started, stop: () => worker.terminate() };
};

/** Whether f32x4.relaxed_madd compiles: tried as it is, and on older Node with V8's flag for it. */
export function probeFusedMultiplyAdd(platform: Platform): boolean {
  const f = new FunctionBuilder("run", [], []);
  f.f32x4(1).f32x4(1).f32x4(1).op("f32x4.relaxed_madd").op("drop");
  const bytes = encodeModule([f], { initialPages: 1, maximumPages: 1, shared: false });
  return (
    WebAssembly.validate(bytes) || (platform.setFlag("--experimental-wasm-relaxed-simd") && WebAssembly.validate(bytes))
  );
}
