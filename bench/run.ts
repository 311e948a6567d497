// npm run bench: convsmith against its peers, in turns, and each convolution against the machine's peak. See --help.
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runLadder } from "./ladder/run.ts";
import { largeFlops, leastShare, measureConvolutions } from "./lib/convolutions.ts";
import { describeMachine, load } from "./lib/machine.ts";
import { measure } from "./lib/measure.ts";
import { installPeers } from "./lib/peers.ts";
import { markdownReport, type Report, textReport } from "./lib/report.ts";
import { measureScaling } from "./lib/scaling.ts";
import { settings } from "./lib/settings.ts";
import { median } from "./lib/statistics.ts";
import { workloads } from "./workloads/index.ts";

const help = `npm run bench -- [options]
  --only NAME   workloads and convolutions whose name contains NAME, "convolutions" for all of those,
                "scaling" for one thread and two; may be given more than once
  --rounds N    turns of each engine (9), fewer of one that takes seconds
  --threads N   threads of every engine (2)
  --ladder      how time per FLOP changes with picture, channels and batch instead; writes bench/ladder.svg
  --quick       few and short rounds: shows that everything works, says nothing about speed
  --json        the report as JSON on stdout, nothing else there (npm -s run bench -- --json)
Workloads: ${workloads.map((each) => each.name).join(", ")}
A whole run writes bench/results/node20.md, or that of the Node that it runs on. Exit code 1: results differ, or a convolution of over ${largeFlops / 1e6} MFLOP stays under ${100 * leastShare} % of the peak.`;

const options = parseOptions();
if (options.help) {
  console.log(help);
  process.exit(0);
}
const count = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`bench: --${name} needs a whole number above 0, got ${text}`);
  process.exit(1);
};
const chosen = settings({
  quick: options.quick,
  rounds: options.rounds === undefined ? null : count("rounds", options.rounds),
  threads: count("threads", options.threads),
});
/** Of one engine alone: what disturbs hits both sides in the same turn. */
const scalingSettings = { ...chosen, rounds: Math.min(chosen.rounds, 7), warmUp: chosen.warmUp / 2 };
const wanted = (name: string) => options.only?.some((part) => name.includes(part)) ?? true;
const selected = workloads.filter(({ name }) => wanted(name));

const nothing = (what: string): never => {
  console.error(`bench: --only ${options.only!.join(" ")} names ${what}. See --help.`);
  process.exit(1);
};
if (options.ladder) {
  const done = await runLadder({ threads: chosen.threads, quick: options.quick, json: options.json, wanted });
  process.exit(done ? 0 : nothing("no series of the ladder: channels, batch, megapixels"));
}

const begin = performance.now();
const before = load();
const report = await run();
console.log(options.json ? JSON.stringify(report, null, 2) : textReport(report));
if (!options.only && !options.quick) {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const major = process.versions.node.split(".")[0];
  writeFileSync(new URL(`node${major}.md`, folder), markdownReport(report));
}
process.exit(report.failures.length > 0 ? 1 : 0);

function parseOptions() {
  try {
    return parseArgs({
      options: {
        only: { type: "string", multiple: true },
        rounds: { type: "string" },
        threads: { type: "string", default: "2" },
        quick: { type: "boolean", default: false },
        ladder: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`bench: ${(error as Error).message.split("\n")[0]} See --help.`);
    process.exit(1);
  }
}

async function run(): Promise<Report> {
  if (selected.some(({ peers }) => Object.keys(peers).some((peer) => peer !== "PyTorch"))) installPeers();
  const results: Report["workloads"][number][] = [];
  for (const workload of selected) {
    console.error(`${workload.name} …`);
    results.push({ name: workload.name, ...(await measure(workload, chosen)) });
  }
  const scaling: Report["scaling"][number][] = [];
  for (const workload of workloads) {
    const counts = workload.kind === "training" && !workload.own;
    if (!counts || !(wanted(workload.name) || wanted("scaling"))) continue;
    console.error(`${workload.name}, one thread and two …`);
    scaling.push(await measureScaling(workload, scalingSettings));
  }
  const convolutions = await measureConvolutions(
    chosen,
    (name) => wanted("convolutions") || wanted(name),
    (name) => console.error(`convolution ${name} …`),
  );
  if (results.length + scaling.length === 0 && convolutions.length === 0) nothing("no workload and no convolution");
  const peaks = results.flatMap(({ peak }) => peak ?? []);
  const different = results.flatMap(({ name, rows }) =>
    rows.flatMap((row) => ("missing" in row || row.agrees ? [] : [`${name}: convsmith and ${row.peer} don't agree`])),
  );
  const slow = convolutions
    .filter((each) => each.tooSlow)
    .map(({ name, noisy, bestShareOfPeak, processorShareOfPeak }) => {
      const share = noisy ? processorShareOfPeak : bestShareOfPeak;
      return `${name}: ${(100 * share).toFixed(0)} % of the peak at best, needs ${100 * leastShare} %`;
    });
  return {
    command: ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
    machine: describeMachine(),
    threads: chosen.threads,
    rounds: chosen.rounds,
    seconds: (performance.now() - begin) / 1000,
    load: [before, load()],
    peak: peaks.length > 0 ? median(peaks) : null,
    workloads: results,
    scaling,
    convolutions,
    failures: [...different, ...slow],
  };
}
