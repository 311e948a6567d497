import { lineChartSvg } from "../../src/cli/line-chart.ts";
import type { Machine } from "../lib/machine.ts";
import type { Table } from "../lib/report.ts";
import type { Rung } from "./climb.ts";
import type { Series } from "./series.ts";

const kinds = ["forward", "training"] as const;

export function ladderTable(rungs: readonly Rung[]): Table {
  return {
    header: ["series", "size", "kind", "MFLOP", "ms", "GFLOP/s", "ps/FLOP", "of the one before", ""],
    rows: rungs.map(({ series, value, kind, flops, milliseconds, picosecondsPerFlop, step, jump, error }) => [
      series,
      `${value}`,
      kind,
      (flops / 1e6).toFixed(1),
      milliseconds === null ? "-" : milliseconds.toPrecision(3),
      picosecondsPerFlop === null ? "-" : (1000 / picosecondsPerFlop).toFixed(1),
      picosecondsPerFlop === null ? "-" : picosecondsPerFlop.toPrecision(3),
      step === null ? "-" : step.toFixed(2),
      error === null ? (jump ? "JUMP" : "") : `missing: ${error}`,
    ]),
  };
}

/** Time per FLOP along each series, as an SVG. */
export function ladderChart(series: readonly Series[], rungs: readonly Rung[], { node }: Machine): string {
  return lineChartSvg(
    `Time per FLOP on Node ${node}`,
    series.map(({ name, network, axis, place }) => ({
      title: network.length > 44 ? name : network,
      xLabel: axis,
      yLabel: "picoseconds per FLOP of the direct formula",
      series: kinds.map((kind) => {
        const own = rungs.filter((rung) => rung.series === name && rung.kind === kind && rung.milliseconds !== null);
        return {
          label: kind === "forward" ? "forward" : "training step",
          x: own.map(({ value }) => Number(place(value).toFixed(2))),
          y: own.map(({ picosecondsPerFlop }) => picosecondsPerFlop!),
        };
      }),
    })),
  );
}
