import { nodePlatform } from "./node-platform.ts";
import type { Platform } from "./platform.ts";
import { webPlatform } from "./web-platform.ts";

export { widen } from "./revectorize.ts";

/** The host: Node or a browser. Bundles for browsers get `host.web.ts` in place of this file. */
export function detectPlatform(): Platform {
  const node =
    typeof process === "object" && typeof process.versions?.node === "string" && !("importScripts" in globalThis);
  return node ? nodePlatform() : webPlatform();
}
