import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createWasmDevice } from "../devices/wasm/create.ts";
import { EngineState } from "../engine/state.ts";
import { wasmKernels } from "../ops/wasm.ts";
import { goldenCases } from "./golden.ts";
import { type Compute, checkGolden, computeOnReference } from "./golden-run.ts";

/** Whole training runs, which need optimisers: checked beside those. */
const others = ["optimizer", "training"];
const files = readdirSync(new URL("../../fixtures/golden", import.meta.url))
  .map((file) => file.replace(".safetensors", ""))
  .filter((file) => !others.includes(file));

const state = new EngineState(createWasmDevice(wasmKernels, { threads: 1 }));
const devices: Record<string, Compute> = { reference: computeOnReference, wasm: (roots) => state.values(roots) };

describe.each(Object.entries(devices))("PyTorch's numbers on the %s device", (_name, compute) => {
  test.each(files)("%s", async (file) => {
    const cases = goldenCases(file);
    expect(cases.length).toBeGreaterThan(0);
    for (const each of cases) await checkGolden(each, compute);
  });
});

describe("what is not understood fails", () => {
  const [relu] = goldenCases("activation");

  test("an op", async () => {
    await expect(checkGolden({ ...relu!, op: "erosion" })).rejects.toThrow("op erosion is not understood");
  });

  test("an attribute", async () => {
    const attrs = { ...relu!.attrs, inplace: true };
    await expect(checkGolden({ ...relu!, attrs })).rejects.toThrow("attributes inplace are not understood");
  });

  test("a tensor", async () => {
    const tensors = new Map([...relu!.tensors, ["grad_weight", relu!.tensors.get("grad_input")!]]);
    await expect(checkGolden({ ...relu!, tensors })).rejects.toThrow("grad_weight is not understood");
  });

  test("a wrong number", async () => {
    const output = relu!.tensors.get("output")!;
    const tensors = new Map([...relu!.tensors, ["output", { ...output, data: output.data.map((x) => x + 1e-5) }]]);
    await expect(checkGolden({ ...relu!, tensors })).rejects.toThrow("activation_00/output");
  });
});
