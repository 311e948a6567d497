// Fails when a path that package.json gives to users is missing from the build, or when a browser path needs Node.
// Usage: node scripts/check-package.mjs [ROOT]
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import { report } from "./lib/sources.mjs";

const root = resolve(process.argv[2] ?? ".");
const { exports, bin, browser = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const violations = [];
const shown = [
  ...paths("exports", exports),
  ...paths("bin", bin),
  ...Object.entries(browser)
    .flat()
    .map((path) => ["browser", path]),
];
for (const [place, path] of shown) {
  if (!path.includes("*") && !existsSync(join(root, path)))
    violations.push(`${place} names ${path}, which the build did not make`);
}
for (const [subpath, target] of Object.entries(exports)) {
  const start = target.browser ?? target.default;
  if (start) checkBrowser(subpath, typeof start === "string" ? start : start.default);
}
report("check-package", violations, `${shown.length} paths built, browser paths free of Node`);

function paths(place, value) {
  if (typeof value === "string") return [[place, value]];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => paths(`${place} ${key}`, inner));
}

/** Follows the static imports of a built file and reports the first chain that ends in a Node module. */
function checkBrowser(subpath, start) {
  const seen = new Set();
  const visit = (file, chain) => {
    if (seen.has(file) || !file.endsWith(".js") || !existsSync(join(root, file))) return;
    seen.add(file);
    for (const [, path] of readFileSync(join(root, file), "utf8").matchAll(
      /^(?:import|export)\b[^"'`;]*?["']([^"']+)["']/gm,
    )) {
      if (path.startsWith("node:"))
        violations.push(`"${subpath}" in the browser reaches ${path}: ${[...chain, file].join(" → ")}`);
      else if (path.startsWith(".")) visit(posix.join(dirname(file), path), [...chain, file]);
    }
  };
  visit(posix.normalize(start), []);
}
