import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** Runs a program in the repository with its output shown; true if it succeeds. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  return result.status === 0;
}

/** Runs a script with the Node that runs this one. */
export function runNode(script, args = [], options = {}) {
  return run(process.execPath, [script, ...args], options);
}

/** Runs a program that an installed package brings. */
export function runPackage(name, bin, args = [], options = {}) {
  const folder = join(root, "node_modules", name);
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) {
    console.error(`${name} is not installed: run npm install`);
    return false;
  }
  const { bin: bins } = JSON.parse(readFileSync(manifest, "utf8"));
  return runNode(join(folder, typeof bins === "string" ? bins : bins[bin]), args, options);
}

/** Runs npm: the one that started this script, or the one on the path. */
export function runNpm(args, options = {}) {
  const beside = join(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js");
  const script = process.env.npm_execpath?.endsWith("npm-cli.js") ? process.env.npm_execpath : beside;
  if (existsSync(script)) return runNode(script, args, options);
  return run(process.platform === "win32" ? "npm.cmd" : "npm", args, {
    shell: process.platform === "win32",
    ...options,
  });
}
