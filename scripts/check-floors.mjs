// Fails when an import goes up a floor, leaves src/, or closes a circle between the rooms of one floor.
// Usage: node scripts/check-floors.mjs [ROOT]
import { resolve } from "node:path";
import { importsOf, report, sourceFiles } from "./lib/sources.mjs";

const floors = [
  ["core", "codegen"],
  ["ops"],
  ["engine", "devices"],
  ["tensor"],
  ["nn", "optim"],
  ["analysis", "training", "formats", "data", "models", "pages"],
  ["cli", "studio"],
];
// Above the floors: src/index.ts and its like, and what only tests use.
const top = floors.length;
const testing = "src/testing/";

const root = resolve(process.argv[2] ?? ".");
const files = sourceFiles(root, "src");
const violations = [];
/** Room → room of the same floor → the import that says so. */
const graph = new Map();

for (const file of files) {
  if (floorOf(file) === undefined) {
    violations.push(
      `${file}: src/${file.split("/")[1]}/ is on no floor; move the file, or give the room a floor in check-floors`,
    );
    continue;
  }
  for (const target of importsOf(root, file)) checkImport(file, target);
}
for (const circle of circles()) violations.push(`rooms of one floor import each other in a circle: ${circle}`);
report("check-floors", violations, `${files.length} files, every import goes down`);

function floorOf(file) {
  const [, room, ...rest] = file.split("/");
  if (rest.length === 0 || file.startsWith(testing)) return top;
  const floor = floors.findIndex((rooms) => rooms.includes(room));
  return floor < 0 ? undefined : floor;
}

// Each op has a room of its own; a list such as ops/index.ts stands by itself, so that it may name every room.
function roomOf(file) {
  const [, room, inner] = file.split("/");
  return room === "ops" ? `ops/${inner}` : room;
}

function checkImport(file, target) {
  const isTest = file.endsWith(".test.ts");
  // npm puts package.json into every package.
  if (target === "package.json") return;
  if (!target.startsWith("src/")) {
    if (!isTest && !file.startsWith(testing))
      violations.push(`${file} imports ${target}, which is not in src/ and so not in the package`);
    return;
  }
  if (target.startsWith(testing)) {
    if (!isTest && !file.startsWith(testing)) violations.push(`${file} imports ${target}, which is for tests only`);
    return;
  }
  if (isTest) return;
  const from = floorOf(file);
  const to = floorOf(target);
  if (to === undefined) return;
  if (to > from) violations.push(`${file} (floor ${from}) imports ${target} (floor ${to}): imports only go down`);
  else if (to === from && from < top && roomOf(file) !== roomOf(target)) {
    const edges = graph.get(roomOf(file)) ?? new Map();
    graph.set(roomOf(file), edges);
    if (!edges.has(roomOf(target))) edges.set(roomOf(target), `${file} → ${target}`);
  }
}

/** One circle for each import between rooms that closes it, as the imports along it. */
function circles() {
  const found = [];
  const state = new Map();
  const path = [];
  const visit = (room) => {
    state.set(room, "open");
    for (const [next, through] of graph.get(room) ?? []) {
      path.push({ room, through });
      if (state.get(next) === "open") {
        const start = path.findIndex((step) => step.room === next);
        found.push(
          path
            .slice(start)
            .map((step) => step.through)
            .join(", "),
        );
      } else if (!state.has(next)) visit(next);
      path.pop();
    }
    state.set(room, "done");
  };
  for (const room of [...graph.keys()].sort()) if (!state.has(room)) visit(room);
  return found;
}
