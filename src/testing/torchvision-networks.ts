import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseNpy, readOnnxNetwork, toFloat32 } from "../formats/node.ts";
import { createModel, loadWeights, models, readWeights } from "../models/node.ts";
import { noGrad, type Tensor, tensor } from "../tensor/index.ts";

/** Debian's package python3-torchvision brings it. CONVSMITH_PYTHON names another Python. */
const python = process.env.CONVSMITH_PYTHON ?? "/usr/bin/python3";
const script = fileURLToPath(new URL("../../fixtures/torchvision/export.py", import.meta.url));

export const hasTorchvision = (): boolean =>
  spawnSync(python, ["-c", "import importlib.util as u; exit(u.find_spec('torchvision') is None)"]).status === 0;

/** The names that the script has networks for. */
export function networkNames(): string[] {
  const [, list = ""] = /^NAMES = \[(.*?)\]/ms.exec(readFileSync(script, "utf8")) ?? [];
  return [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name!);
}

/** Writes a network's files into a folder. */
export function exportNetwork(folder: string, name: string): void {
  execFileSync(python, [script, folder, name], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Largest differences from PyTorch's output; null where there is no such file, or no such network in the zoo. */
export interface Differences {
  readonly name: string;
  /** The largest number of PyTorch's output. */
  readonly largest: number;
  /** PyTorch's own, from what it computes in float64: what rounding alone does. */
  readonly rounding: number;
  readonly onnx: number;
  /** Of the file that keeps its batch norms. */
  readonly norms: number | null;
  readonly zoo: number | null;
  /** The largest of these three networks', from float64. */
  readonly exact: number;
}

/** Runs a network's files, and the zoo's version with the weights of its state_dict. */
export async function differencesOf(folder: string, name: string): Promise<Differences> {
  const path = (ending: string) => join(folder, `${name}${ending}`);
  const numbers = (ending: string) => parseNpy(readFileSync(path(ending)), path(ending));
  const input = numbers(".input.npy");
  const x = tensor(toFloat32(input), input.shape);
  const wanted = toFloat32(numbers(".output.npy"));
  const precise = new Float64Array(Uint8Array.from(numbers(".output64.npy").data).buffer);
  let exact = 0;
  const difference = async (network: { forward(x: Tensor): unknown }) => {
    const found = await noGrad(() => network.forward(x) as Tensor).data();
    exact = Math.max(exact, between(found, precise));
    return between(found, wanted);
  };
  const ofOnnx = async (file: string) => difference(await readOnnxNetwork(file));
  const zoo = async () => {
    const { network } = createModel(name);
    loadWeights(network, await readWeights(path(".pth")));
    return await difference(network.eval());
  };
  const onnx = await ofOnnx(path(".onnx"));
  const norms = existsSync(path("-bn.onnx")) ? await ofOnnx(path("-bn.onnx")) : null;
  return {
    name,
    largest: between(wanted, new Float32Array(wanted.length)),
    rounding: between(wanted, precise),
    onnx,
    norms,
    zoo: name in models ? await zoo() : null,
    exact,
  };
}

/** The largest difference of two lists of numbers; infinite where one is longer, or holds what is no number. */
function between(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let at = 0; at < a.length; at++) {
    const difference = Math.abs(a[at]! - b[at]!);
    most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }
  return most;
}
