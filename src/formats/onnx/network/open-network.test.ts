import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConvsmithError } from "../../../core/errors.ts";
import { Generator } from "../../../core/generator.ts";
import { floats, onnxModel } from "../../../testing/onnx-model.ts";
import { ModelSchema } from "../model_pb.ts";
import { openOnnxNetwork, readOnnxNetwork } from "./node.ts";
import type { OnnxNetwork } from "./onnx-network.ts";

const corpus = fileURLToPath(new URL("../../../../fixtures/fuzz/corpus/", import.meta.url));
const names = readdirSync(corpus).filter((name) => name.endsWith(".onnx"));
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "convsmith-open-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function contents(network: OnnxNetwork): Promise<string> {
  const state = [...network.stateDict()].map(async ([name, each]) => [name, each.shape, [...(await each.data())]]);
  return JSON.stringify([network.inputs, network.outputs, await Promise.all(state)]);
}

/** What is read, or how it is refused. */
async function outcome(read: (path: string) => Promise<OnnxNetwork>, path: string): Promise<string> {
  try {
    return await contents(await read(path));
  } catch (error) {
    expect(error).toBeInstanceOf(ConvsmithError);
    return (error as Error).message;
  }
}

/** 20 x 100 numbers as they lie in most files, and as a list; the first are read when they are used. */
function written(): { path: string; bytes: Uint8Array } {
  const numbers = Float32Array.from({ length: 2000 }, (_, at) => at);
  const model = onnxModel(
    [
      { opType: "MatMul", input: ["x", "raw"], output: ["a"] },
      { opType: "Mul", input: ["a", "list"], output: ["y"] },
    ],
    [
      { name: "raw", dims: [20n, 100n], dataType: 1, rawData: new Uint8Array(numbers.buffer) },
      floats("list", [100], [...numbers.subarray(0, 100)]),
    ],
    [1, 20],
  );
  const bytes = toBinary(ModelSchema, model);
  const path = join(folder, "large.onnx");
  writeFileSync(path, bytes);
  return { path, bytes };
}

test.each(names)("%s: the same network as when all is read at once", async (name) => {
  const path = join(corpus, name);
  expect(await outcome(openOnnxNetwork, path)).toBe(await outcome(readOnnxNetwork, path));
});

test("cut or changed anywhere, a file is read or refused in the same way", async () => {
  const generator = new Generator(5);
  const changed = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 0x41 : byte));
  const { bytes: large } = written();
  copyFileSync(join(corpus, "external.bin"), join(folder, "external.bin"));
  for (const bytes of [large, ...names.slice(0, 4).map((name) => new Uint8Array(readFileSync(join(corpus, name))))]) {
    for (let round = 0; round < 12; round++) {
      const at = Math.floor(generator.uniform() * bytes.length);
      const path = join(folder, "changed.onnx");
      writeFileSync(path, round % 3 === 0 ? bytes.subarray(0, at) : changed(bytes, at));
      expect(await outcome(openOnnxNetwork, path), `byte ${at}`).toBe(await outcome(readOnnxNetwork, path));
    }
  }
});

test("the numbers of a large tensor are read when they are used, from a file that has not changed", async () => {
  const { path, bytes } = written();
  const network = await openOnnxNetwork(path);
  expect(network.stateDict().get("raw")!.shape).toEqual([20, 100]);
  writeFileSync(path, bytes.subarray(1));
  await expect(network.stateDict().get("raw")!.data()).rejects.toMatchObject({
    message: `${path}: cannot read: it was changed since it was opened`,
  });
});
