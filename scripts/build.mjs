// Builds dist/: JavaScript and types of src/, and the browser bundle dist/browser/convsmith.js.
// Usage: node scripts/build.mjs [--force] [--if-possible]
// Without --force it ends at once where nothing has changed; with --if-possible also where the compiler isn't installed.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle, bundleCommands, bundleSizes } from "./lib/bundle.mjs";
import { root, runPackage } from "./lib/run.mjs";

const stamp = join(root, "dist", ".stamp");
const inputs = inputHash();
if (!process.argv.includes("--force") && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) process.exit(0);

if (process.argv.includes("--if-possible") && !existsSync(join(root, "node_modules/typescript"))) process.exit(0);

rmSync(join(root, "dist"), { recursive: true, force: true });
if (!runPackage("typescript", "tsc", ["-p", "tsconfig.build.json"])) fail("the types are wrong; see above");
if (existsSync(join(root, "src/index.ts"))) await writeBundle();
const main = join(root, "dist/cli/main.js");
if (existsSync(main)) {
  rmSync(join(root, "dist/cli"), { recursive: true });
  await bundleCommands();
  chmodSync(main, 0o755);
}
mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(stamp, inputs);
console.log("Built dist/");

async function writeBundle() {
  try {
    const text = await bundle();
    mkdirSync(join(root, "dist/browser"), { recursive: true });
    writeFileSync(join(root, "dist/browser/convsmith.js"), text);
    const { all, core } = await bundleSizes(text);
    const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
    console.log(`Browser bundle: ${kilobytes(all)} gzipped; tensors, nn and WASM alone ${kilobytes(core)}`);
  } catch (error) {
    fail(`the browser bundle failed: ${error.message}`);
  }
}

function inputHash() {
  const hash = createHash("sha256");
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((file) =>
    join("src", file),
  );
  const settings = [
    "package-lock.json",
    "package.json",
    "tsconfig.json",
    "tsconfig.build.json",
    "scripts/build.mjs",
    "scripts/lib/bundle.mjs",
  ];
  for (const file of [...sources.sort(), ...settings]) {
    if (!/\.(m?ts|m?js|json)$/.test(file) || file.endsWith(".test.ts")) continue;
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

function fail(problem) {
  console.error(`build: ${problem}`);
  process.exit(1);
}
