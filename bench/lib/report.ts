import type { ConvolutionRow } from "./convolutions.ts";
import type { Machine } from "./machine.ts";
import type { WorkloadResult } from "./measure.ts";
import type { MissingRow, Row, Side } from "./rows.ts";
import { leastGain, type ScalingRow } from "./scaling.ts";

export interface Report {
  readonly command: string;
  readonly machine: Machine;
  readonly threads: number;
  readonly rounds: number;
  /** How long all of it took. */
  readonly seconds: number;
  /** Load averages before and after. */
  readonly load: readonly [number, number];
  /** GFLOP/s of all threads in registers, median over the workloads. */
  readonly peak: number | null;
  readonly workloads: readonly (WorkloadResult & { readonly name: string })[];
  readonly scaling: readonly ScalingRow[];
  readonly convolutions: readonly ConvolutionRow[];
  readonly failures: readonly string[];
}

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const ms = (value: number) => value.toPrecision(value >= 100 ? 4 : 3);
const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);

export function workloadTable(report: Report): Table {
  return {
    header: [
      "workload",
      "peer",
      "convsmith ms",
      "peer ms",
      "ratio",
      "target",
      "reached",
      "CPU",
      "spread",
      "GFLOP/s",
      "peer",
      "of peak",
      "MiB",
      "peer",
      "max difference",
      "others",
      "",
    ],
    rows: report.workloads.flatMap(({ name, rows }) => rows.map((row) => [name, ...workloadCells(row)])),
  };
}

function workloadCells(row: Row | MissingRow): string[] {
  const measured = "missing" in row ? null : row;
  const pair = (format: (side: Side) => string) =>
    [row.convsmith, measured?.other].map((side) => (side ? format(side) : "-")) as [string, string];
  const known = (value: number | null | undefined, format: (value: number) => string) =>
    value === null || value === undefined ? "-" : format(value);
  const flops = (row.convsmith?.gflops ?? 0) > 0;
  return [
    measured ? `${row.peer} ${measured.peerVersion}${measured.peerThreads === 1 ? ", 1 thread" : ""}` : row.peer,
    ...pair((side) => ms(side.milliseconds)),
    known(measured?.ratio, ratio),
    known(row.target, ratio),
    reachedText(measured?.reached ?? null),
    known(measured?.processorRatio, ratio),
    pair((side) => (side.rounds > 1 ? percent(side.spread) : "-")).join(" / "),
    ...pair((side) => (flops ? side.gflops.toFixed(side.gflops < 1 ? 3 : 1) : "-")),
    known(flops ? row.shareOfPeak : null, percent),
    ...pair((side) => mib(side.memory)),
    measured ? differences(measured) : "-",
    known(row.others, percent),
    "missing" in row
      ? `missing: ${row.missing}`
      : remarks(
          !row.agrees && "DIFFERENT RESULTS",
          row.pictures !== null && `the peer on only ${row.pictures} of the pictures`,
          row.note,
          row.noisy && noisyRemark,
        ),
  ];
}

const ratio = (value: number) => value.toFixed(value < 0.1 ? 4 : 2);
const reachedText = (reached: boolean | null) => (reached === null ? "-" : reached ? "yes" : "NO");
const noisyRemark = "too noisy to judge";
const remarks = (...each: readonly (string | false)[]) => each.filter(Boolean).join(", ");

function differences({ difference: { output, gradient } }: Row): string {
  return [output, ...(gradient === null ? [] : [gradient])].map((each) => each.toExponential(1)).join(" / ");
}

export function convolutionTable(report: Report): Table {
  return {
    header: [
      "convolution",
      "MFLOP",
      "ms",
      "spread",
      "GFLOP/s",
      "of peak",
      "best",
      "target",
      "reached",
      "CPU",
      "others",
      "edges ms",
      "",
    ],
    rows: report.convolutions.map((row) => [
      row.name,
      (row.flops / 1e6).toFixed(1),
      ms(row.milliseconds),
      percent(row.spread),
      row.gflops.toFixed(1),
      percent(row.shareOfPeak),
      percent(row.bestShareOfPeak),
      row.target === null ? "-" : percent(row.target),
      reachedText(row.reached),
      percent(row.processorShareOfPeak),
      percent(row.others),
      ms(row.edges),
      remarks(row.tooSlow && "TOO SLOW", row.noisy && noisyRemark),
    ]),
  };
}

function scalingTable(report: Report): Table {
  return {
    header: ["workload", "1 thread ms", "2 threads ms", "gain", "target", "reached", "spread", "others", ""],
    rows: report.scaling.map((row) => [
      row.workload,
      ...row.milliseconds.map(ms),
      row.gain.toFixed(2),
      leastGain.toFixed(2),
      reachedText(row.reached),
      row.spread.map(percent).join(" / "),
      percent(row.others),
      remarks(row.noisy && noisyRemark),
    ]),
  };
}

/** Columns of text: the first, and those named here, to the left. */
export function textTable({ header, rows }: Table): string {
  const all = [header, ...rows];
  const left = header.map((name, at) => at === 0 || name === "" || (name === "peer" && at === 1));
  const widths = header.map((_, at) => Math.max(...all.map((row) => row[at]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => (left[at] ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join("  ")
      .trimEnd();
  return all.map(line).join("\n");
}

function markdownTable({ header, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

const legend = [
  "Times are medians over the rounds; in each round the engines take turns, with the same number of threads.",
  "ratio: convsmith's time as a multiple of the peer's; CPU: the same of processor time. spread: the middle half's width over the median, convsmith / peer.",
  "target: what the ratio may be on this Node at the most; reached: whether it is, noisy or not. A slow peer has few rounds, and no spread with one.",
  "GFLOP/s: two for each multiplication of the direct formula, whatever an engine saves. of peak: convsmith's, against",
  "multiply-adds in registers on one thread, times the threads, measured in the same rounds.",
  "MiB: the most resident memory above the idle process. max difference: over the largest number, of outputs, or of losses / gradients.",
  "Convolutions: best is the best round against the best peak, CPU by processor time against one thread's peak. others: what other programs took of",
  "the processors meanwhile. Too noisy to judge: over 15 % spread or 10 % for others; convolutions are then judged by processor time.",
];

export function headline({ machine, threads, rounds, seconds, load, peak }: Report): string[] {
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`,
    `Node ${machine.node} (V8 ${machine.v8}), convsmith ${machine.convsmith}`,
    `${threads} threads, ${rounds} rounds, ${seconds.toFixed(0)} s, load average ${load[0].toFixed(1)} before and ${load[1].toFixed(1)} after`,
    ...(peak === null ? [] : [`WASM peak of ${threads} threads: ${peak.toFixed(1)} GFLOP/s`]),
  ];
}

export function textReport(report: Report): string {
  const parts = [headline(report).join("\n")];
  if (report.workloads.length > 0) parts.push(textTable(workloadTable(report)));
  if (report.scaling.length > 0) parts.push(textTable(scalingTable(report)));
  if (report.convolutions.length > 0) parts.push(textTable(convolutionTable(report)));
  parts.push(legend.join("\n"));
  if (report.failures.length > 0) parts.push(report.failures.map((each) => `failed: ${each}`).join("\n"));
  return parts.join("\n\n");
}

export function markdownReport(report: Report): string {
  const parts = [
    `# Benchmark on Node ${report.machine.node.replace(/^v/, "").split(".")[0]}`,
    `\`\`\`sh\n${report.command}\n\`\`\``,
  ];
  parts.push(
    headline(report)
      .map((each) => `- ${each}`)
      .join("\n"),
    legend.join("\n"),
  );
  parts.push("## Workloads", markdownTable(workloadTable(report)));
  parts.push("## One thread and two, convsmith's training steps", markdownTable(scalingTable(report)));
  parts.push("## Convolutions, each alone through the engine", markdownTable(convolutionTable(report)));
  if (report.failures.length > 0) parts.push("## Failures", report.failures.map((each) => `- ${each}`).join("\n"));
  return `${parts.join("\n\n")}\n`;
}
