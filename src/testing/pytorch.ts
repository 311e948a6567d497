import { execFile, spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Debian's own, which python3-torch is installed for; CONVSMITH_PYTHON names another. */
export const python = process.env.CONVSMITH_PYTHON ?? "/usr/bin/python3";

/** Why tests with PyTorch are left out, null where it is there. */
export const withoutTorch: string | null = (() => {
  const { status } = spawnSync(python, ["-c", "import torch, PIL"], { stdio: "ignore" });
  return status === 0 ? null : `${python} has no torch and Pillow`;
})();

/** Runs Python in a folder, on one thread. @throws with what it wrote. */
export async function runPython(folder: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
  const { stdout } = await promisify(execFile)(python, args, { cwd: folder, env, maxBuffer: 2 ** 26 });
  return stdout;
}

const script = `import importlib.util, json, pathlib, sys, torch
for folder in map(pathlib.Path, sys.argv[1:]):
    spec = importlib.util.spec_from_file_location("model", folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.load_model().eval()
    shape = json.loads((folder / "shape.json").read_text())
    x = torch.frombuffer(bytearray((folder / "x.bin").read_bytes()), dtype=torch.float32).view(*shape)
    with torch.no_grad():
        y = model(x)
        double = model.double()(x.double())
    (folder / "y.bin").write_bytes(y.contiguous().numpy().tobytes())
    error = (y - double).abs().max().item() if y.dtype == torch.float32 and y.numel() > 0 else 0
    (folder / "double.bin").write_bytes(double.double().contiguous().numpy().tobytes())
    (folder / "y.json").write_text(json.dumps({"shape": list(y.shape), "keys": list(model.state_dict()), "error": error}))
`;

export interface TorchAnswer {
  readonly output: Float32Array;
  /** The same in float64, and how far PyTorch's float32 is from it. */
  readonly double: Float64Array;
  readonly error: number;
  readonly shape: readonly number[];
  readonly keys: readonly string[];
}

/** What the exported networks of some folders give for an input each, and the names in their state_dicts. */
export async function runExported(
  folder: string,
  inputs: ReadonlyMap<string, { readonly data: Float32Array; readonly shape: readonly number[] }>,
): Promise<Map<string, TorchAnswer>> {
  await writeFile(join(folder, "run.py"), script);
  for (const [name, { data, shape }] of inputs) {
    await writeFile(join(folder, name, "shape.json"), JSON.stringify(shape));
    await writeFile(join(folder, name, "x.bin"), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  await runPython(folder, "run.py", ...inputs.keys());
  const answers = new Map<string, TorchAnswer>();
  for (const name of inputs.keys()) {
    const numbers = async (file: string) => {
      const bytes = await readFile(join(folder, name, file));
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    };
    const output = new Float32Array(await numbers("y.bin"));
    const double = new Float64Array(await numbers("double.bin"));
    answers.set(name, { output, double, ...JSON.parse(await readFile(join(folder, name, "y.json"), "utf8")) });
  }
  return answers;
}
