// What `npm test` does: installs what is missing, then every check and every test. Arguments go to Vitest.
// CONVSMITH_COUNTS names a file that gets the counts as JSON.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { needChromium } from "./lib/chromium.mjs";
import { install } from "./lib/install.mjs";
import { root, runNode, runPackage } from "./lib/run.mjs";

const results = [];
const script = (name) => () => runNode(join(root, "scripts", name));
const only = process.argv.slice(2);
let tests = { passed: 0, failed: 0, skipped: 0 };

if (step("packages installed", install)) {
  const chromium = step("Chromium found", needChromium);
  step("types right", () => runPackage("typescript", "tsc", ["-p", "tsconfig.json"]));
  step("lint and format clean", () => runPackage("@biomejs/biome", "biome", ["check", "--error-on-warnings", "."]));
  step("imports go down the floors", script("check-floors.mjs"));
  step("op rooms listed and tested", script("check-rooms.mjs"));
  step("browser bundle no larger", script("check-bundle.mjs"));
  const built = step("package built", script("build.mjs"));
  if (built) step("package complete", script("check-package.mjs"));
  step("tests", () => vitest(chromium));
}

function step(name, action) {
  console.log(`\n── ${name} …`);
  const start = performance.now();
  let good = false;
  try {
    good = action();
  } catch (error) {
    console.error(error);
  }
  results.push({ name, good: Boolean(good), seconds: (performance.now() - start) / 1000 });
  return good;
}

function vitest(chromium) {
  const folder = join(root, ".cache");
  const output = join(folder, `vitest-${process.pid}.json`);
  mkdirSync(folder, { recursive: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${output}`];
  const env = chromium ? { ...process.env, CHROMIUM_PATH: chromium } : process.env;
  const good = runPackage("vitest", "vitest", ["run", ...reporters, ...only], { env });
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(output, "utf8"));
    // A file that can't be loaded has no tests to fail.
    const broken = testResults.filter(({ status, assertionResults }) => {
      return status === "failed" && !assertionResults.some((result) => result.status === "failed");
    });
    tests = { passed: numPassedTests, failed: numFailedTests + broken.length, skipped: numPendingTests };
  } finally {
    rmSync(output, { force: true });
  }
  return good;
}

console.log(`\nNode ${process.versions.node}`);
for (const { name, good, seconds } of results)
  console.log(`${good ? "  ✓" : "  ✗"} ${name.padEnd(28)}${seconds.toFixed(1).padStart(7)} s`);
if (tests.skipped > 0) console.log(`${tests.skipped} tests skipped`);

// A Vitest that fails without a failed test (a crash, an unhandled error) still counts.
const failedSteps = results.filter(({ name, good }) => !good && !(name === "tests" && tests.failed > 0)).length;
const counts = { passed: tests.passed, failed: tests.failed + failedSteps };
if (process.env.CONVSMITH_COUNTS) writeFileSync(process.env.CONVSMITH_COUNTS, JSON.stringify(counts));
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 || results.some(({ good }) => !good) ? 1 : 0;
