import type { StartThread } from "./threads.ts";

/** Starts a Web Worker from its source text. */
export const startWebThread: StartThread = (source, start) => {
  const code = `const __name = (f) => f; onmessage = (event) => ${source}(event.data);`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.postMessage(start);
  return {
    stop: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
};
