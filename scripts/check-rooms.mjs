// Fails when an op's room is missing from src/ops/index.ts or has no test, and when a file of src/ has grown over 400 lines.
// Usage: node scripts/check-rooms.mjs [ROOT]
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { importsOf, report, sourceFiles } from "./lib/sources.mjs";

const maxLines = 400;
const list = "src/ops/index.ts";

const root = resolve(process.argv[2] ?? ".");
const files = sourceFiles(root, "src");
const violations = [];

const rooms = [...new Set(files.map((file) => /^src\/ops\/([^/]+)\//.exec(file)?.[1]).filter(Boolean))];
const listed = existsSync(join(root, list)) ? importsOf(root, list) : [];
for (const room of rooms) {
  const folder = `src/ops/${room}/`;
  if (!listed.some((target) => target.startsWith(folder))) violations.push(`${folder} is not listed in ${list}`);
  if (!files.some((file) => file.startsWith(folder) && file.endsWith(".test.ts")))
    violations.push(`${folder} has no *.test.ts`);
}
for (const file of files) {
  const lines = readFileSync(join(root, file), "utf8").replace(/\n$/, "").split("\n").length;
  if (lines > maxLines) violations.push(`${file} has ${lines} lines, more than ${maxLines}; split it by subject`);
}
report(
  "check-rooms",
  violations,
  `${rooms.length} op rooms listed and tested, ${files.length} files of at most ${maxLines} lines`,
);
