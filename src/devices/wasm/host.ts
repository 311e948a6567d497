import type { AskedChoices, DeviceChoices } from "./choices.ts";
import { nodePlatform } from "./node-platform.ts";
import { type Platform, probeFusedMultiplyAdd } from "./platform.ts";
import { webPlatform } from "./web-platform.ts";

export { widen } from "./revectorize.ts";

/** The host: Node or a browser. Bundles for browsers get `host.web.ts` in place of this file. */
export function detectPlatform(): Platform {
  const node =
    typeof process === "object" && typeof process.versions?.node === "string" && !("importScripts" in globalThis);
  return node ? nodePlatform() : webPlatform();
}

/** What is asked for: in the call, or where that leaves it out in environment variables. */
export function askedChoices({ threads, numerics }: DeviceChoices, { environment = {} }: Platform): AskedChoices {
  return {
    threads: threads ?? Number(environment.CONVSMITH_THREADS ?? 0),
    numerics: numerics ?? (environment.CONVSMITH_NUMERICS || undefined),
    source: numerics === undefined ? "CONVSMITH_NUMERICS" : undefined,
  };
}

/** Whether f32x4.relaxed_madd compiles: tried as it is, and on older Node with V8's flag for it. */
export function findFusedMultiplyAdd({ setFlag }: Platform): boolean {
  return probeFusedMultiplyAdd() || (setFlag?.("--experimental-wasm-relaxed-simd") === true && probeFusedMultiplyAdd());
}
