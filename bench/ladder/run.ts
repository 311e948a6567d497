import { writeFileSync } from "node:fs";
import { setDevice, wasmDevice } from "../../src/index.ts";
import { describeMachine } from "../lib/machine.ts";
import { textTable } from "../lib/report.ts";
import { climb, largestJump, type Rung } from "./climb.ts";
import { ladderChart, ladderTable } from "./report.ts";
import { ladder } from "./series.ts";

export interface LadderOptions {
  readonly threads: number;
  readonly quick: boolean;
  readonly json: boolean;
  readonly wanted: (name: string) => boolean;
}

/** npm run bench -- --ladder: how time per FLOP changes with size. @returns false where no series is wanted. */
export async function runLadder({ threads, quick, json, wanted }: LadderOptions): Promise<boolean> {
  const series = ladder.filter(({ name }) => wanted(name));
  if (series.length === 0) return false;
  const device = wasmDevice({ threads });
  setDevice(device);
  await device.ready();
  const effort = quick ? { warmUp: 20, timed: 20 } : { warmUp: 250, timed: 250 };
  const rungs: Rung[] = [];
  for (const each of series) {
    for (const kind of ["forward", "training"] as const) {
      console.error(`${each.name}, ${kind}: ${each.network} …`);
      rungs.push(...(await climb(each, kind, effort)));
    }
  }
  const machine = describeMachine();
  const jumps = rungs.filter(({ jump }) => jump).length;
  if (json) console.log(JSON.stringify({ machine, threads, rungs }, null, 2));
  else {
    console.log(textTable(ladderTable(rungs)));
    console.log(
      `\nNode ${machine.node}, ${threads} threads. ${jumps} jumps of time per FLOP by more than ${largestJump} between neighbours.`,
    );
  }
  if (!quick && series.length === ladder.length) {
    writeFileSync(new URL("../ladder.svg", import.meta.url), ladderChart(series, rungs, machine));
  }
  return true;
}
