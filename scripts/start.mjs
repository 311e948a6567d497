// What `npm start` does on a machine that has only Node and npm: install, build, take the tour.
import { install } from "./lib/install.mjs";
import { root, runNode } from "./lib/run.mjs";

const [major] = process.versions.node.split(".");
if (Number(major) < 20) stop(`needs Node 20 or later, this is ${process.version}: get it from nodejs.org`);
if (!install()) stop("the packages could not be installed; see above");
if (!runNode(`${root}/scripts/build.mjs`)) stop("the build failed; see above");
if (!runNode(`${root}/dist/cli/main.js`, ["tour", ...process.argv.slice(2)])) process.exit(1);

function stop(problem) {
  console.error(`npm start: ${problem}`);
  process.exit(1);
}
