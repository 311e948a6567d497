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

/** Writes resnet18's state_dict, of random numbers, as torch.save does. */
export function saveResnet18(path: string): void {
  const source = `
import sys, torch, torchvision
torch.manual_seed(0)
torch.save(torchvision.models.resnet18().state_dict(), sys.argv[1])
`;
  execFileSync(python, ["-c", source, path], { stdio: "ignore" });
}
