import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";

/** Every .ts file below `folder`, as sorted paths with / relative to `root`. */
export function sourceFiles(root, folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .sort();
}

const staticImport = /^(?:import|export)\b[^"'`;]*?["'](\.{1,2}\/[^"']+)["']/gm;
const dynamicImport = /\bimport\(\s*["'](\.{1,2}\/[^"']+)["']/g;
const url = /\bnew URL\(\s*["'](\.{1,2}\/[^"']+\.ts)["']\s*,\s*import\.meta\.url/g;

/** The relative imports of a file, type-only ones and workers too, as paths relative to `root`. */
export function importsOf(root, file) {
  const text = readFileSync(join(root, file), "utf8").replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
  const targets = [staticImport, dynamicImport, url].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, path]) => path),
  );
  return [...new Set(targets)].map((path) => posix.normalize(posix.join(dirname(file), path)));
}

/** Prints what a check found, one line each, and sets the exit code. */
export function report(name, violations, good) {
  for (const violation of violations) console.error(`${name}: ${violation}`);
  if (violations.length > 0) process.exitCode = 1;
  else console.log(`${name}: ${good}`);
}
