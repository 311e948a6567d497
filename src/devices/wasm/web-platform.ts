import type { Platform } from "./platform.ts";
import type { StartThread } from "./threads.ts";

/** A browser: Web Workers, and shared memory only where the page is isolated. */
export function webPlatform(): Platform {
  const isolated = globalThis.crossOriginIsolated === true;
  return {
    cores: globalThis.navigator?.hardwareConcurrency ?? 1,
    sharedMemory: isolated,
    mayWait: isolated && canWait(),
    startThread: isolated && typeof Worker === "function" ? webThread : null,
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
