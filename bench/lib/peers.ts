import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./data.ts";
import { type ContestantProcess, nodeContestant, pythonContestant } from "./process.ts";
import { learningRate, type OwnName, type PeerName, type Workload } from "./workload.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

interface Packages {
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Installs the npm packages among the peers where they are missing. A failure shows in the rows that need them. */
export function installPeers(): void {
  const { devDependencies } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Packages;
  if (Object.keys(devDependencies).every((name) => existsSync(`${folder}/node_modules/${name}`))) return;
  console.error("installing the peers into bench/node_modules …");
  try {
    execFileSync("npm", ["install", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
      // The CPU's library is in the package; what would be downloaded is for CUDA.
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", ONNXRUNTIME_NODE_INSTALL_CUDA: "skip" },
    });
  } catch (error) {
    console.error(`npm install in bench/ failed: ${(error as Error).message}`);
  }
}

const threadsOf = (threads: number) => ({ CONVSMITH_THREADS: String(threads) });

export function startOwn(name: OwnName, threads: number): ContestantProcess {
  return nodeContestant(name === "convsmith" ? "convsmith.ts" : "chromium.ts", threadsOf(threads));
}

export function startPeer(name: PeerName, threads: number): ContestantProcess {
  switch (name) {
    case "PyTorch":
      return pythonContestant();
    case "TensorFlow.js":
      return nodeContestant("tensorflow.ts");
    case "jax-js":
      return nodeContestant("jax.ts");
    case "convsmith in Node with 128-bit vectors":
      return nodeContestant("convsmith.ts", { ...threadsOf(threads), CONVSMITH_REVECTORIZE: "0" });
    default:
      return nodeContestant("onnxruntime.ts", { CONVSMITH_BENCH_PEER: name });
  }
}

/** The workload's network as an ONNX file, written by PyTorch once for these weights. @throws Error where PyTorch is missing. */
export async function writeOnnx(workload: Workload, start: string): Promise<string> {
  const hash = createHash("sha256")
    .update(JSON.stringify([workload.network, workload.input]))
    .update(readFileSync(start))
    .digest("hex");
  const path = `${cacheFolder}/${workload.name}-${hash.slice(0, 12)}.onnx`;
  if (existsSync(path)) return path;
  const python = pythonContestant();
  try {
    await python.ask({ ask: "export", workload, files: { start }, learningRate, path });
  } catch (error) {
    throw new Error(`needs PyTorch to write the ONNX file: ${(error as Error).message}`);
  } finally {
    python.stop();
  }
  return path;
}
