// onnxruntime-web (its WebAssembly backend) or onnxruntime-node (its CPU backend), as the first argument says.
import { readFileSync } from "node:fs";
import { readSafetensors, toFloat32 } from "../../src/formats/node.ts";
import { answer, type Files, timeCalls, writeFloats } from "../lib/contestant.ts";
import type { Workload } from "../lib/workload.ts";

/** The part of onnxruntime's interface that is used here: the packages are there only where the benchmark is run. */
interface OnnxTensor {
  readonly data: Float32Array;
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
}
interface OnnxRuntime {
  readonly env: { readonly wasm: { numThreads: number }; readonly versions: Readonly<Record<string, string>> };
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: string, data: Float32Array, shape: readonly number[]) => OnnxTensor;
}

const name = process.env.CONVSMITH_BENCH_PEER!;
const web = name === "onnxruntime-web";
const loaded = (await import(name)) as OnnxRuntime & { default?: OnnxRuntime };
const ort = loaded.default ?? loaded;

let run: (() => Promise<Float32Array>) | null = null;
answer({
  async load({ workload, threads, files }: { workload: Workload; threads: number; files: Files }) {
    if (web) ort.env.wasm.numThreads = threads;
    const options = web
      ? { executionProviders: ["wasm"] }
      : { executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 };
    const session = await ort.InferenceSession.create(readFileSync(files.onnx!), options);
    const { tensors } = await readSafetensors(files.start);
    const input = new ort.Tensor("float32", toFloat32(tensors.get("input")!), workload.input);
    const [inputName, outputName] = [session.inputNames[0]!, session.outputNames[0]!];
    run = async () => (await session.run({ [inputName]: input }))[outputName]!.data;
    return { version: ort.env.versions[web ? "web" : "node"] };
  },
  async check({ path }: { path: string }) {
    const output = await run!();
    writeFloats(path, [output]);
    return { losses: [], sizes: [output.length] };
  },
  async run({ count }: { count: number }) {
    return await timeCalls(count, run!);
  },
});
