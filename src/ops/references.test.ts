import { expect, test } from "vitest";
import { ops } from "./index.ts";
import { references } from "./references.ts";
import { wasmKernels } from "./wasm.ts";

test("every primitive has its loops, and kernels or a pass that the engine fuses", () => {
  for (const op of ops) {
    const primitive = op.kind === "primitive";
    expect(references.has(op as never), op.name).toBe(primitive);
    if (!primitive) continue;
    const fused = op.reduction !== undefined;
    expect(fused || wasmKernels.some((kernel) => kernel.op === op), op.name).toBe(true);
  }
  expect(references.size).toBe(ops.filter(({ kind }) => kind === "primitive").length);
});
