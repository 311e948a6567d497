import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSafetensors, toFloat32 } from "../formats/node.ts";
import { wasmDevice } from "../index.ts";
import type { NamedArray } from "../nn/index.ts";
import { noGrad, setDevice, tensor } from "../tensor/index.ts";
import { createModel } from "./index.ts";

/** Debian's package python3-torchvision brings it. CONVSMITH_PYTHON names another Python. */
const python = process.env.CONVSMITH_PYTHON ?? "/usr/bin/python3";
const missing =
  spawnSync(python, ["-c", "import importlib.util as u; exit(u.find_spec('torchvision') is None)"]).status !== 0;
const script = fileURLToPath(new URL("../../fixtures/zoo/export.py", import.meta.url));

/** CONVSMITH_ZOO names others, comma-separated. */
const names = (
  process.env.CONVSMITH_ZOO ??
  "squeezenet1_1,mobilenet_v2,mobilenet_v3_small,shufflenet_v2_x0_5,resnet18,mnasnet0_5,efficientnet_b0,regnet_y_400mf,convnext_tiny,densenet121,googlenet"
).split(",");

describe.skipIf(missing)(`outputs are torchvision's${missing ? " (skipped: needs python3-torchvision)" : ""}`, () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "convsmith-zoo-"));
    execFileSync(python, [script, "weights", folder, ...names]);
    setDevice(wasmDevice({ threads: 2 }));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(names)(
    "%s",
    async (name) => {
      const { tensors } = await readSafetensors(join(folder, `${name}.safetensors`));
      const state = new Map<string, NamedArray>();
      for (const [key, each] of tensors) {
        if (key.startsWith("state."))
          state.set(key.slice("state.".length), { shape: each.shape, data: toFloat32(each) });
      }
      const { network } = createModel(name);
      network.eval().loadStateDict(state);
      const x = tensors.get("input")!;
      const output = Float32Array.from(await noGrad(() => network.forward(tensor(toFloat32(x), x.shape))).data());
      const wanted = toFloat32(tensors.get("output")!);
      expect(output).toHaveLength(wanted.length);
      const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      expect(largest).toBeGreaterThan(1e-3);
      const difference = output.reduce((max, value, at) => Math.max(max, Math.abs(value - wanted[at]!)), 0);
      expect(difference / largest).toBeLessThan(1e-4);
    },
    60_000,
  );
});
