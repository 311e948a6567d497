// The Node side of the room: everything that runs anywhere, and files of weights.
export * from "./index.ts";
export { loadWeights, readWeights, type WeightFile } from "./weight-file.ts";
