import type { Profile, ProfileRow } from "../analysis/index.ts";
import { percent, rowName } from "../analysis/profile/wording.ts";
import { type FittedColumn, fittedTable } from "./fitted-table.ts";
import { terminalColumns, wrappedText } from "./wrapped-text.ts";

const blank = "-";
const number = (value: number | null, digits: number) => (value === null ? blank : value.toFixed(digits));
const share = (value: number | null) => (value === null ? blank : percent(value));
const group = (value: number) => (value === 0 ? blank : value.toLocaleString("en-US"));

const columns: readonly FittedColumn<ProfileRow>[] = [
  { title: "layer", cell: rowName, left: true, cut: "start" },
  {
    title: "type",
    cell: ({ description }) => description,
    left: true,
    rank: 2,
    cut: "end",
  },
  {
    title: "ms",
    cell: (row) => (row.within === null ? row.milliseconds.toFixed(3) : `in ${row.within || "(network)"}`),
    cut: "start",
  },
  { title: "time", cell: (row) => (row.within === null ? percent(row.share) : "") },
  { title: "FLOPs", cell: ({ flops }) => group(flops), rank: 3 },
  { title: "of FLOPs", cell: (row) => (row.flops === 0 ? blank : percent(row.flopShare)) },
  { title: "GFLOP/s", cell: ({ gflops }) => number(gflops, 1) },
  { title: "bytes", cell: ({ bytes }) => group(bytes), rank: 0 },
  { title: "FLOPs/byte", cell: ({ intensity }) => number(intensity, 1), rank: 4 },
  { title: "of peak", cell: ({ shareOfPeak }) => share(shareOfPeak), rank: 5 },
  { title: "of roof", cell: ({ shareOfRoof }) => share(shareOfRoof), rank: 1 },
  { title: "bound by", cell: ({ bound }) => bound ?? blank, left: true, rank: 6 },
];

/** The layers as a table that fits the width, the machine's peaks, and what is to be learnt. */
export function profileText(profile: Profile, width = terminalColumns()): string {
  const { name, inputShape, mode, milliseconds, flops, gflops, peaks, device, threads, runs } = profile;
  const many = threads === 1 ? "1 thread" : `${threads} threads`;
  const total = `total ${milliseconds.toFixed(3)} ms, ${group(flops)} FLOPs, ${gflops.toFixed(1)} GFLOP/s: ${percent(gflops / peaks.gflops)} of the peak`;
  const machine = `peaks measured with ${many}: ${peaks.gflops.toFixed(1)} GFLOP/s multiply-adds, ${peaks.gigabytesPerSecond.toFixed(1)} GB/s copying; ${device}, ${runs} run${runs === 1 ? "" : "s"}`;
  return [
    wrappedText(`${name} on [${inputShape.join(", ")}], ${mode}`, "  ", width),
    fittedTable(columns, profile.rows, width),
    "",
    ...[total, machine, ...noiseText(profile), ...contrastText(profile)].map((line) => wrappedText(line, "  ", width)),
  ].join("\n");
}

function noiseText({ noisy, spread, drift }: Profile): string[] {
  if (!noisy) return [];
  return [
    `the machine was busy: its runs vary by ${percent(spread)}, and its moments stay ${percent(drift)} behind the best. Run again when it is quiet.`,
  ];
}

/** FLOPs are not time: the layer whose shares are furthest apart. */
function contrastText({ rows }: Profile): string[] {
  const timed = rows.filter(({ kind, flops, milliseconds }) => kind === "layer" && flops > 0 && milliseconds > 0);
  const apart = (row: ProfileRow) => Math.abs(row.share - row.flopShare);
  const furthest = timed.toSorted((a, b) => apart(b) - apart(a))[0];
  if (!furthest) return [];
  const { flopShare, share: ofTime } = furthest;
  return [`${rowName(furthest)} has ${percent(flopShare)} of the FLOPs and ${percent(ofTime)} of the time`];
}
