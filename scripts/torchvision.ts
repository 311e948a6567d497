// Runs torchvision's classification networks, exported to ONNX by its Python package with random weights, and the zoo's
// versions with the same state_dict: the largest differences from PyTorch's outputs, as a table. The last two columns are the largest
// difference of those from what PyTorch computes in float64, and that of PyTorch's own float32.
// Usage: npm run torchvision -- [NAME...] [--folder DIR]   DIR keeps the files, and is used again
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import "../src/index.ts";
import { differencesOf, exportNetwork, hasTorchvision, networkNames } from "../src/testing/torchvision-networks.ts";

const tolerance = 1e-4;
const width = 14;
const { values, positionals } = parseArgs({ options: { folder: { type: "string" } }, allowPositionals: true });
process.exitCode = await main();

async function main(): Promise<number> {
  if (!hasTorchvision()) {
    console.error(
      "torchvision: needs Python's torchvision (Debian: python3-torchvision); CONVSMITH_PYTHON names a Python",
    );
    return 1;
  }
  const folder = values.folder ?? mkdtempSync(join(tmpdir(), "convsmith-torchvision-"));
  mkdirSync(folder, { recursive: true });
  const names = positionals.length > 0 ? positionals : networkNames();
  const shown = (value: number | null) => (value === null ? "-" : value.toExponential(1)).padStart(width);
  console.log(
    `${"network".padEnd(20)}${["largest", "ONNX", "with norms", "zoo", "from float64", "PyTorch's"].map((each) => each.padStart(width)).join("")}`,
  );
  let good = 0;
  try {
    for (const name of names) {
      if (!existsSync(join(folder, `${name}.output.npy`))) exportNetwork(folder, name);
      const { largest, onnx, norms, zoo, exact, rounding } = await differencesOf(folder, name);
      console.log(`${name.padEnd(20)}${[largest, onnx, norms, zoo, exact, rounding].map(shown).join("")}`);
      if ([onnx, norms ?? 0, zoo ?? 0].every((each) => each <= tolerance)) good++;
      if (values.folder === undefined) for (const each of filesOf(folder, name)) rmSync(each, { force: true });
    }
  } finally {
    if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${good} of ${names.length} within ${tolerance} of PyTorch's output`);
  return good === names.length ? 0 : 1;
}

/** Gigabytes in all, so that those of one network go before the next ones come. */
function filesOf(folder: string, name: string): string[] {
  return [".onnx", "-bn.onnx", ".pth", ".input.npy", ".output.npy", ".output64.npy"].map((ending) =>
    join(folder, name + ending),
  );
}
