import { execFileSync } from "node:child_process";

const python = process.env.CONVSMITH_PYTHON ?? "/usr/bin/python3";

export const torchvisionMissing = (() => {
  try {
    execFileSync(python, ["-c", "import torchvision"], { stdio: "ignore" });
    return "";
  } catch {
    return " (skipped: no Python with torchvision; set CONVSMITH_PYTHON)";
  }
})();

/** Writes the state_dict of one of torchvision's networks, of random numbers, as torch.save does. */
export function saveWeights(network: string, path: string): void {
  const source = `
import sys, torch, torchvision
torch.manual_seed(0)
torch.save(getattr(torchvision.models, sys.argv[1])().state_dict(), sys.argv[2])
`;
  execFileSync(python, ["-c", source, network, path], { stdio: "ignore" });
}
