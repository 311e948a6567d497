import type { AskedChoices, DeviceChoices } from "./choices.ts";
import { nodePlatform } from "./node-platform.ts";
import { type Platform, probeFusedMultiplyAdd } from "./platform.ts";
import { probeTile, type Tile } from "./probe.ts";
import { widen } from "./revectorize.ts";
import { webPlatform } from "./web-platform.ts";

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

/** How long a browser is given to replace its baseline code. */
const browserMilliseconds = 12;

/**
 * The register tile that is fastest here, of 256 bits where that pays. In the code of V8's baseline tier another one is,
 * and on a busy machine better code comes late: Node leaves that tier out meanwhile.
 */
export function findTile(platform: Platform, fusedMultiplyAdd: boolean): Tile {
  const optimised = platform.setFlag?.("--no-liftoff") === true;
  try {
    return widen(platform, fusedMultiplyAdd, probeTile(fusedMultiplyAdd, optimised ? 0 : browserMilliseconds)).tile;
  } finally {
    if (optimised) platform.setFlag?.("--liftoff");
  }
}
