import { train } from "./train.js";

self.onmessage = async ({ data }) => {
  try {
    const done = await train({ ...data, onStep: (step) => postMessage({ step }) });
    postMessage({ done });
  } catch (error) {
    postMessage({ error: error.message });
  }
};
