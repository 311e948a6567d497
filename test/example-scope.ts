import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Example } from "./extract-examples.ts";

// These rooms have no package path that a snippet could import from.
const internal = /^src\/(core|codegen|ops|engine|devices)\//;
const nodes = "src/core/node.ts";

/**
 * A snippet as a module. In a public room that is its code and nothing else. In an internal room it sees what its file exports,
 * besides the nodes of core, and its relative imports are its file's.
 */
export function moduleOf({ file, code }: Example, root: string): string {
  if (!internal.test(file)) return `${code}\nexport {};\n`;
  const local = code.replace(/(\bfrom\s*|\bimport\s*\(?\s*)(["'])(\.{1,2}\/[^"']+)\2/g, (_, before, quote, path) => {
    return `${before}${quote}${join(root, dirname(file), path)}${quote}`;
  });
  const taken = new Set(
    [...code.matchAll(/\b(?:import|const|let|class|function)\b([^=;(]*)/g)].flatMap(([, names]) => words(names!)),
  );
  const imports = [...new Set([file, nodes])].map((path) => {
    const names = exportsOf(join(root, path)).filter((name) => words(code).includes(name) && !taken.has(name));
    for (const name of names) taken.add(name);
    return names.length > 0 ? `import { ${names.join(", ")} } from "${join(root, path)}";\n` : "";
  });
  return `${imports.join("")}${local}\nexport {};\n`;
}

function words(text: string): string[] {
  return text.match(/[A-Za-z_$][\w$]*/g) ?? [];
}

function exportsOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^export (?:async )?(?:function\*?|class|const) ([\w$]+)/gm)].map(([, name]) => name!);
}
