// Test files share a process, and each starts as if it were alone in it: with the device of its own and the first seed.
import { wasmDevice } from "../index.ts";
import { manualSeed, setDevice } from "../tensor/index.ts";

setDevice(wasmDevice());
manualSeed(0);
