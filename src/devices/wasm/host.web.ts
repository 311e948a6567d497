import type * as host from "./host.ts";
import { probeFusedMultiplyAdd } from "./platform.ts";
import { probeTile } from "./probe.ts";
import { webPlatform } from "./web-platform.ts";

/** A browser, which has no environment variables and none of V8's flags. package.json gives it to bundlers for `host.ts`. */
export const detectPlatform: typeof host.detectPlatform = webPlatform;
export const findTile: typeof host.findTile = (_platform, fusedMultiplyAdd) => probeTile(fusedMultiplyAdd, 12).tile;
export const askedChoices: typeof host.askedChoices = (options) => options;
export const findFusedMultiplyAdd: typeof host.findFusedMultiplyAdd = probeFusedMultiplyAdd;
