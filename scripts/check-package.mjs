// Fails when a path that package.json gives to users is missing from the build, when a browser path needs Node, or when
// a command loads at its start what only some files need.
// Usage: node scripts/check-package.mjs [ROOT]
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import { report } from "./lib/sources.mjs";

const root = resolve(process.argv[2] ?? ".");
const { exports, bin = {}, browser = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
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
const slowToLoad = ["@bufbuild/protobuf"];
for (const main of Object.values(bin)) checkCommands(posix.normalize(main));
report("check-package", violations, `${shown.length} paths built, browser paths free of Node, commands quick to load`);

function paths(place, value) {
  if (typeof value === "string") return [[place, value]];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => paths(`${place} ${key}`, inner));
}

/** Follows the static imports of a built file and reports the first chain that ends in a Node module. */
function checkBrowser(subpath, start) {
  for (const { path, chain } of packagesOf(start)) {
    if (path.startsWith("node:")) violations.push(`"${subpath}" in the browser reaches ${path}: ${chain.join(" → ")}`);
  }
}

/** The file of each command is what the command line imports when it is called. */
function checkCommands(main) {
  if (!existsSync(join(root, main))) return;
  const lazy = [...readFileSync(join(root, main), "utf8").matchAll(/\bimport\("(\.[^"]+)"\)/g)];
  for (const start of [main, ...lazy.map(([, path]) => posix.join(dirname(main), path))]) {
    for (const { path, chain } of packagesOf(start)) {
      const name = slowToLoad.find((each) => path === each || path.startsWith(`${each}/`));
      if (name) violations.push(`a command loads ${name} at its start: ${chain.join(" → ")}`);
    }
  }
}

/** Every import of a package, static ones alone, with the files that lead to it. */
function packagesOf(start) {
  const seen = new Set();
  const found = [];
  const visit = (file, chain) => {
    if (seen.has(file) || !file.endsWith(".js") || !existsSync(join(root, file))) return;
    seen.add(file);
    for (const [, path] of readFileSync(join(root, file), "utf8").matchAll(
      /^(?:import|export)\b[^"'`;]*?["']([^"']+)["']/gm,
    )) {
      if (path.startsWith(".")) visit(posix.join(dirname(file), path), [...chain, file]);
      else found.push({ path, chain: [...chain, file] });
    }
  };
  visit(posix.normalize(start), []);
  return found;
}
