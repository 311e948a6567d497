import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./run.mjs";

// No such file: a name that the imports below are relative to.
const coreEntry = join(root, "src/core-bundle.ts");

/** What a page needs to record, train and run a network: no optimisers, models or analysis. */
const coreSource = `
  export * as nn from "./nn/index.ts";
  export * from "./tensor/index.ts";
  import { createWasmDevice } from "./devices/wasm/create.ts";
  import { wasmKernels } from "./ops/wasm.ts";
  import { setDefaultDevice } from "./tensor/index.ts";
  setDefaultDevice(() => createWasmDevice(wasmKernels));
`;

/** The text of the browser bundle, one ES module. @throws Error when a file of it reaches for Node. */
export function bundle() {
  return build(join(root, "src/index.ts"));
}

/** The most gzipped bytes that the tensors, nn and the WASM device may be. */
export const coreLimit = 80_000;

/** Gzipped bytes of the bundle that `text` is, and of its part that holds the tensors, nn and the WASM device alone. */
export async function bundleSizes(text) {
  return { all: gzipped(text), core: gzipped(await build(coreEntry)) };
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

async function build(input) {
  const { rolldown } = await import("rolldown");
  const result = await rolldown({
    input,
    cwd: root,
    platform: "browser",
    plugins: [coreModule, browserFiles, noNode, await instructionNumbers(rolldown)],
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
  });
  // Errors show names of classes.
  const keepNames = { class: true, function: false };
  const { output } = await result.generate({
    format: "esm",
    codeSplitting: false,
    comments: false,
    minify: { compress: { target: "es2022", keepNames }, mangle: { toplevel: true, keepNames } },
  });
  // Another fiftieth: it joins what Rolldown leaves apart.
  const { minify } = await import("terser");
  const options = {
    module: true,
    ecma: 2020,
    keep_classnames: true,
    // No module reads a property for its effect. Names are shorter than the constants and sums that they stand for.
    compress: { passes: 3, pure_getters: true, evaluate: false, lhs_constants: false },
    format: { comments: false },
  };
  return (await minify(output[0].code, options)).code;
}

const coreModule = {
  name: "core",
  resolveId: (id) => (id === coreEntry ? id : null),
  load: (id) => (id === coreEntry ? coreSource : null),
};

// The sources' part of the field `browser` in package.json.
const browserFiles = {
  name: "browser-files",
  load: (id) => (id === join(root, "src/devices/wasm/host.ts") ? 'export * from "./host.web.ts";' : null),
};

// A dynamic import of a Node module may stand behind a check of the environment; a static one would break every page.
const noNode = {
  name: "no-node",
  resolveId(path, importer, { kind }) {
    if (!path.startsWith("node:")) return null;
    if (kind === "dynamic-import") return { id: path, external: true };
    throw new Error(`${importer} imports ${path}, but is part of the browser bundle; move it behind node.ts`);
  },
};

/** Writes WebAssembly's instructions as numbers: their names would be a fiftieth of the bundle. */
async function instructionNumbers(rolldown) {
  const folder = join(root, "src/codegen/wasm");
  const [table, lookup] = ["opcodes.ts", "encoding.ts"].map((file) => join(folder, file));
  const { output } = await (await rolldown({ input: table })).generate({ format: "esm" });
  const { encodings } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
  return {
    name: "instruction-numbers",
    load: (id) => (id === lookup ? "export const encodingOf = (number) => number;" : null),
    transform(code, id) {
      if (id === table || !id.startsWith(join(root, "src"))) return null;
      return code.replace(/"[a-z]\d+(?:x\d+)?\.\w+"|(?<=\.op\()"\w+"/g, (text) => encodings[JSON.parse(text)] ?? text);
    },
  };
}
