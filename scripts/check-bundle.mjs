// Fails when tensors, nn and the WASM device, bundled for browsers and gzipped, are over their limit of bytes.
// Usage: node scripts/check-bundle.mjs
import { bundleSizes, coreLimit } from "./lib/bundle.mjs";
import { report } from "./lib/sources.mjs";

const { core } = await bundleSizes("");
const sizes = `tensors, nn and WASM are ${core} bytes gzipped, of at most ${coreLimit}`;
report("check-bundle", core > coreLimit ? [`${sizes}: take out ${core - coreLimit}`] : [], sizes);
