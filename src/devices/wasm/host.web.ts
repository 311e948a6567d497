import type * as host from "./host.ts";
import { webPlatform } from "./web-platform.ts";

/** A browser, which has none of V8's flags. package.json gives it to bundlers in place of `host.ts`. */
export const detectPlatform: typeof host.detectPlatform = webPlatform;
export const widen: typeof host.widen = (_platform, _fused, narrow) => narrow;
