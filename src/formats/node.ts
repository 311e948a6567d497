export { writeFileAtomic } from "./atomic-file.ts";
export * from "./index.ts";
export { readSafetensors, writeSafetensors } from "./safetensors-file.ts";
