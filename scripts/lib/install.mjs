import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, runNpm } from "./run.mjs";

/** True if node_modules holds each package of the lock file in its version; optional ones may lack on this platform. */
export function isInstalled(folder = root) {
  const wanted = packagesOf(join(folder, "package-lock.json"));
  const installed = packagesOf(join(folder, "node_modules", ".package-lock.json"));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    return path === "" || (optional && !installed[path]) || installed[path]?.version === version;
  });
}

function packagesOf(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Installs what the lock file names if it isn't there; true if it is there afterwards. */
export function install() {
  if (isInstalled()) return true;
  // Installing through a link would replace what another folder uses.
  if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) {
    console.error(
      "node_modules is a link to packages that don't fit package-lock.json: run npm install where it points",
    );
    return false;
  }
  console.log("Installing packages (once) …");
  // The packages work without their install scripts, and our own, the build, is started by the caller.
  const options = ["--include=dev", "--no-audit", "--no-fund", "--ignore-scripts"];
  // npm ci is strict about packages of other platforms, which some registries lack; npm install then shows what is really wrong.
  return runNpm(["ci", ...options], { stdio: "ignore" }) || runNpm(["install", "--no-save", ...options]);
}
