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

export default defineConfig({
  plugins: [
    {
      name: "convsmith-source",
      enforce: "pre",
      resolveId: (id) => (/^convsmith(\/\w+)?$/.test(id) ? source(id) : undefined),
    },
  ],
  test: {
    include: ["{src,test,scripts,fixtures,examples,bench}/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    env: { CHROMIUM_PATH: findChromium() ?? "" },
    hookTimeout: 60_000,
  },
});
