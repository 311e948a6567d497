import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { Format } from "./corpus.ts";
import type { Counts, Finding, Line, Task } from "./protocol.ts";

/** A folder for one run, with the child's code as one file: it starts in a tenth of the time. */
export async function openWorkshop(root: string): Promise<{ folder: string; close(): void }> {
  const folder = join(root, ".cache", `fuzz-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["src/testing/fuzz/child.ts"],
    outfile: join(folder, "child.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    keepNames: true,
    sourcemap: "inline",
    logLevel: "error",
  });
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Report {
  readonly inputs: number;
  readonly read: number;
  readonly refused: number;
  readonly slowest: Counts["slowest"];
  readonly largest: Counts["largest"];
  readonly findings: readonly Finding[];
}

/** Inputs `from` to `to` of a seed, or these files: in children that are started anew where an input ends one. */
export async function fuzz(
  root: string,
  workshop: string,
  format: Format,
  { seed = 0, from = 0, to, files }: { seed?: number; from?: number; to: number; files?: readonly string[] },
): Promise<Report> {
  const task: Task = { root, format, seed, from, to, folder: workshop, exact: false, ...(files && { files }) };
  const first = await runTask(task);
  const findings = first.findings.filter(({ kind }) => kind !== "memory");
  let { largest } = first;
  const suspects = first.findings.filter(({ kind }) => kind === "memory").sort((a, b) => a.index - b.index);
  if (suspects.length > 0) largest = { index: -1, bytes: 0 };
  for (const { index } of suspects) {
    const again = await runTask({ ...task, from: index, to: index + 1, exact: true });
    findings.push(...again.findings);
    if (again.largest.bytes > largest.bytes) largest = again.largest;
  }
  return { ...first, inputs: to - from, findings, largest };
}

async function runTask(task: Task): Promise<Omit<Report, "inputs">> {
  const findings: Finding[] = [];
  const total = { read: 0, refused: 0, slowest: { index: -1, milliseconds: 0 }, largest: { index: -1, bytes: 0 } };
  let { from } = task;
  while (from < task.to) {
    const output = join(task.folder, "lines");
    rmSync(output, { force: true });
    const end = await spawnChild({ ...task, from });
    const text = existsSync(output) ? readFileSync(output, "utf8") : "";
    const lines = text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
    for (const line of lines) {
      if ("finding" in line) findings.push(line.finding);
      else {
        total.read += line.counts.read;
        total.refused += line.counts.refused;
        if (line.counts.slowest.milliseconds > total.slowest.milliseconds) total.slowest = line.counts.slowest;
        if (line.counts.largest.bytes > total.largest.bytes) total.largest = line.counts.largest;
      }
    }
    if (lines.some((line) => "counts" in line)) break;
    const index = Number(readFileSync(join(task.folder, "position"), "utf8"));
    const known = lines.some(
      (line) => "finding" in line && line.finding.index === index && line.finding.kind !== "error",
    );
    if (!known) findings.push({ index, name: "", step: "", kind: "crash", problem: end, detail: "" });
    total.read += index - from;
    from = index + 1;
  }
  return { ...total, findings };
}

function spawnChild(task: Task): Promise<string> {
  const flags = ["--expose-gc", "--enable-source-maps", "--max-old-space-size=700"];
  const child = spawn(process.execPath, [...flags, join(task.folder, "child.mjs"), JSON.stringify(task)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk) => (text = (text + chunk).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve(`ended by ${signal ?? code}: ${text.trim().replace(/\s*\n\s*/g, " | ")}`),
    );
  });
}
