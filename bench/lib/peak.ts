import type { WasmDevice } from "../../src/devices/wasm/device.ts";
import { peakMeter } from "../kernels/peak.ts";

const samples = 5;

/** A function that measures what one thread can reach, in GFLOP/s: the best of a few moments, since others may be busy in one. */
export function threadPeak(device: WasmDevice): () => number {
  const memory = { initialPages: 1, maximumPages: 1, shared: false };
  const measure = peakMeter({ ...device.backend.target, memory });
  return () => Math.max(...Array.from({ length: samples }, measure));
}
