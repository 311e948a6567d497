import { gzipSync } from "node:zlib";
import { root } from "./run.mjs";

/** What a page needs to record, train and run a network: no optimisers, models or analysis. */
const coreSource = `
  import { createWasmDevice } from "./devices/wasm/create.ts";
  import { wasmKernels } from "./ops/wasm.ts";
  import { setDefaultDevice } from "./tensor/index.ts";
  export * as nn from "./nn/index.ts";
  export * from "./tensor/index.ts";
  setDefaultDevice(() => createWasmDevice(wasmKernels));
`;

/** The text of the browser bundle, one ES module. @throws Error when a file of it reaches for Node. */
export function bundle() {
  return build({ entryPoints: ["src/index.ts"] });
}

/** Gzipped bytes of the bundle that `text` is, and of its part that holds the tensors, nn and the WASM device alone. */
export async function bundleSizes(text) {
  const core = await build({ stdin: { contents: coreSource, resolveDir: `${root}/src`, loader: "ts" } });
  return { all: gzipped(text), core: gzipped(core) };
}

/** Puts the commands into few files: most of a command's start would go into finding hundreds of them. */
export async function bundleCommands() {
  const esbuild = await import("esbuild");
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ["src/cli/main.ts"],
    outdir: "dist/cli",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    // A user's network has to share the commands' device and generator.
    alias: { convsmith: "./src/index.ts" },
    // Rows and errors show names of classes.
    keepNames: true,
    logLevel: "error",
  });
}

const gzipped = (text) => gzipSync(text, { level: 9 }).length;

async function build(entry) {
  const esbuild = await import("esbuild");
  const settings = { minifyWhitespace: true, minifySyntax: true, target: "es2022", logLevel: "error" };
  const result = await esbuild.build({
    ...settings,
    ...entry,
    absWorkingDir: root,
    write: false,
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["browser"],
    plugins: [{ name: "no-node", setup: refuseNode }],
  });
  const [{ text }] = result.outputFiles;
  // Errors show names of classes, and workers start from the text of a function. Without its exports the text is a script,
  // whose outer names stay as they are when the inner ones are shortened.
  const exports = text.lastIndexOf("export{");
  const { code } = await esbuild.transform(text.slice(0, exports), { ...settings, minifyIdentifiers: true });
  return code + text.slice(exports);
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
