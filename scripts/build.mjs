// Builds dist/: JavaScript and types of src/, and the browser bundle dist/browser/convsmith.js.
// Usage: node scripts/build.mjs [--force] [--if-possible]
// Without --force it ends at once where nothing has changed; with --if-possible also where the compiler isn't installed.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, runPackage } from "./lib/run.mjs";

const stamp = join(root, "dist", ".stamp");
const inputs = inputHash();
if (!process.argv.includes("--force") && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) process.exit(0);

if (process.argv.includes("--if-possible") && !existsSync(join(root, "node_modules/typescript"))) process.exit(0);

rmSync(join(root, "dist"), { recursive: true, force: true });
if (!runPackage("typescript", "tsc", ["-p", "tsconfig.build.json"])) fail("the types are wrong; see above");
if (existsSync(join(root, "src/index.ts"))) await bundle();
const main = join(root, "dist/cli/main.js");
if (existsSync(main)) chmodSync(main, 0o755);
mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(stamp, inputs);
console.log("Built dist/");

async function bundle() {
  const { build } = await import("esbuild");
  try {
    await build({
      absWorkingDir: root,
      entryPoints: ["src/index.ts"],
      outfile: "dist/browser/convsmith.js",
      bundle: true,
      format: "esm",
      platform: "browser",
      conditions: ["browser"],
      target: "es2022",
      // Names stay: errors show those of classes, and workers start from the text of a function.
      minifyWhitespace: true,
      minifySyntax: true,
      logLevel: "error",
      plugins: [{ name: "no-node", setup: refuseNode }],
    });
  } catch {
    fail("the browser bundle failed; see above");
  }
}

// A dynamic import of a Node module may stand behind a check of the environment; a static one would break every page.
function refuseNode({ onResolve }) {
  onResolve({ filter: /^node:/ }, ({ path, kind, importer }) => {
    if (kind === "dynamic-import") return { path, external: true };
    return {
      errors: [{ text: `${importer} imports ${path}, but is part of the browser bundle; move it behind node.ts` }],
    };
  });
}

function inputHash() {
  const hash = createHash("sha256");
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((file) =>
    join("src", file),
  );
  const settings = ["package-lock.json", "package.json", "tsconfig.json", "tsconfig.build.json", "scripts/build.mjs"];
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
