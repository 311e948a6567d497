import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { build, type Plugin } from "esbuild";
import { Counter } from "./counter.ts";
import { countingCode } from "./rewrite.ts";

export type Counted = typeof import("./entry.ts") & { readonly counter: Counter };

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The ops and the reference evaluator, rewritten so that every operation on data counts in `counter`. */
export async function loadCounted(): Promise<Counted> {
  const { outputFiles } = await build({
    entryPoints: [path("entry.ts")],
    bundle: true,
    write: false,
    format: "cjs",
    target: "es2022",
    platform: "node",
    plugins: [countedExpressions],
  });
  const counter = new Counter();
  const module = { exports: {} };
  const run = compileFunction(countingCode(outputFiles[0]!.text), ["module", "operationCounter"]);
  run(module, counter);
  return { ...(module.exports as Counted), counter };
}

/** The reference evaluator gets its expressions from the counting interpreter. */
const countedExpressions: Plugin = {
  name: "counted-expressions",
  setup({ onResolve }) {
    onResolve({ filter: /core\/evaluate\.ts$/ }, ({ importer }) =>
      importer.includes("/testing/counting/") ? undefined : { path: path("expression.ts") },
    );
  },
};
