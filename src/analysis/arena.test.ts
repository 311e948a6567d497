import { expect, test } from "vitest";
import { createWasmDevice } from "../devices/wasm/create.ts";
import { createModel } from "../models/registry.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { memoryOf, type Network } from "./index.ts";

const device = createWasmDevice(wasmKernels, { threads: 2 });

/** No arena can be smaller than the largest set of buffers that are alive at once. */
test.each([
  ["espcn", [4, 1, 64, 64]],
  ["resnet18", [2, 3, 64, 64]],
  ["squeezenet1_1", [2, 3, 64, 64]],
  ["mobilenet_v2", [2, 3, 64, 64]],
  ["shufflenet_v2_x1_0", [2, 3, 64, 64]],
  ["googlenet", [2, 3, 96, 96]],
  ["inception_v3", [2, 3, 107, 107]],
  ["densenet121", [2, 3, 64, 64]],
  ["efficientnet_b0", [2, 3, 64, 64]],
  ["unet", [1, 1, 64, 64]],
])("the arena of %s is at most a tenth above what is alive in it", (name, shape) => {
  const { inference, training } = memoryOf(createModel(name, {}).network as Network, shape, device);
  expect(inference.arenaBytes / inference.liveBytes).toBeLessThan(1.1);
  expect(training!.arenaBytes / training!.liveBytes).toBeLessThan(1.1);
});
