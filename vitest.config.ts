import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { findChromium } from "./scripts/lib/chromium.mjs";

const src = fileURLToPath(new URL("src", import.meta.url));

/** The source that a package path such as convsmith/formats stands for under Node. */
function source(path: string): string {
  const folder = `${src}${path.replace("convsmith", "")}`;
  const node = `${folder}/node.ts`;
  return existsSync(node) ? node : `${folder}/index.ts`;
}

const tests = ["{src,test,scripts,fixtures,examples,bench}/**/*.test.ts"];
/** What starts each file of those that share a process. */
const each = ["src/testing/each-file.ts"];
/** Files that put others in the place of modules, which those after them would find. */
const alone = ["src/formats/atomic-file.test.ts"];

export default defineConfig({
  plugins: [
    {
      name: "convsmith-source",
      enforce: "pre",
      resolveId: (id) => (/^convsmith(\/\w+)?$/.test(id) ? source(id) : undefined),
    },
  ],
  test: {
    pool: "forks",
    maxWorkers: 2,
    // Loading the modules that a file tests takes longer than most files do: files share a process.
    projects: [
      { extends: true, test: { name: "shared", include: tests, exclude: alone, isolate: false, setupFiles: each } },
      { extends: true, test: { name: "alone", include: alone } },
    ],
    testTimeout: 30_000,
    env: { CHROMIUM_PATH: findChromium() ?? "" },
    hookTimeout: 60_000,
  },
});
