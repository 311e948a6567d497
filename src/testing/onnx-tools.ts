import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { OnnxNetwork } from "../formats/onnx/network/onnx-network.ts";
import { parseOnnx } from "../formats/onnx/parse.ts";
import { noGrad, type Tensor, tensor } from "../tensor/index.ts";

/** What is asked of onnxruntime-node, which only the benchmark installs. */
interface Runtime {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<Session> };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => unknown;
}

interface Session {
  run(inputs: Readonly<Record<string, unknown>>): Promise<Record<string, { data: ArrayLike<number>; dims: number[] }>>;
}

/** Null where it is not installed. */
export const onnxruntime: Runtime | null = (() => {
  try {
    return createRequire(new URL("../../bench/package.json", import.meta.url))("onnxruntime-node") as Runtime;
  } catch {
    return null;
  }
})();

export const runtimeMissing = onnxruntime ? "" : " (skipped: no onnxruntime-node; npm install in bench/)";

/** Python with its package `onnx`, which judges files up to opset 17. */
const python = process.env.CONVSMITH_PYTHON ?? "/usr/bin/python3";
export const checkerMissing = (() => {
  try {
    execFileSync(python, ["-c", "import onnx.checker"], { stdio: "ignore" });
    return "";
  } catch {
    return " (skipped: no Python with the package onnx; set CONVSMITH_PYTHON)";
  }
})();

const checking = `
import onnx, sys
for path in sys.argv[1:]:
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:
        print(path, str(error).replace("\\n", " "))
`;

/** What ONNX's own checker, which also infers all shapes, says against these files. */
export const checkerComplaints = (paths: readonly string[]): string =>
  execFileSync(python, ["-c", checking, ...paths], { encoding: "utf8", maxBuffer: 2 ** 26 });

/** What a file's network gives, as convsmith reads it. */
export async function readAndRun(bytes: Uint8Array, x: Tensor): Promise<ArrayLike<number>> {
  const network = new OnnxNetwork(parseOnnx(bytes, "net.onnx"), "net.onnx").eval();
  return await noGrad(() => network.forward(x) as Tensor).data();
}

/** What onnxruntime makes of it. */
export async function runElsewhere(bytes: Uint8Array, x: Tensor): Promise<ArrayLike<number>> {
  const session = await onnxruntime!.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const input = new onnxruntime!.Tensor("float32", (await x.data()) as Float32Array, x.shape);
  const { output } = await session.run({ input });
  return Array.from(output!.data, Number);
}

/** Numbers in [-1, 1] that follow no pattern of the shape. */
export function wave(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensor(
    Float32Array.from({ length: count }, (_, at) => Math.sin(1.7 * at)),
    shape,
  );
}

/** The largest difference, as a part of the largest number. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [most, scale] = [0, 1e-30];
  for (let at = 0; at < expected.length; at++) {
    if (actual[at] === expected[at]) continue;
    const apart = Math.abs(actual[at]! - expected[at]!);
    most = Math.max(most, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }
  for (let at = 0; at < expected.length; at++)
    if (Number.isFinite(expected[at])) scale = Math.max(scale, Math.abs(expected[at]!));
  return most / scale;
}
