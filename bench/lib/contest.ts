import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Checked, Loaded, Times } from "./contestant.ts";
import { cacheFolder } from "./data.ts";
import { cpuMilliseconds } from "./others.ts";
import { writeOnnx } from "./peers.ts";
import type { ContestantProcess } from "./process.ts";
import type { Outcome } from "./rows.ts";
import type { Settings } from "./settings.ts";
import { median } from "./statistics.ts";
import { checkedSteps, learningRate, type OwnName, type PeerName, type Workload } from "./workload.ts";

/** An engine that has loaded a workload. */
export interface Contestant {
  readonly name: OwnName | PeerName;
  readonly process: ContestantProcess;
  readonly version: string;
  readonly note: string;
  threads: number;
  /** Calls in a round. */
  count: number;
  /** Of how many rounds: fewer for a slow engine. */
  rounds: number;
  readonly times: number[];
  readonly processor: number[];
}

/** Engines whose steps take seconds: only one is compared. */
const slow: readonly Contestant["name"][] = ["TensorFlow.js", "jax-js"];
/** Milliseconds that all turns of one engine may take, unless a single call takes longer: then it has one. */
const turnsMilliseconds = 5000;

// Threads of an engine may spin for a while after its work: the next one should not run beside them.
const breathMilliseconds = 20;

export async function load(
  name: Contestant["name"],
  process: ContestantProcess,
  workload: Workload,
  start: string,
  { threads, rounds }: Settings,
): Promise<Contestant> {
  try {
    const files = name.startsWith("onnx") ? { start, onnx: await writeOnnx(workload, start) } : { start };
    const loaded = await process.ask<Loaded>({ ask: "load", workload, threads, files, learningRate });
    const { version, note = "" } = loaded;
    const own = { threads: loaded.threads ?? threads, count: 1, rounds };
    return { name, process, version, note, ...own, times: [], processor: [] };
  } catch (error) {
    process.stop();
    throw error;
  }
}

export async function check({ name, process }: Contestant): Promise<Outcome> {
  const path = `${cacheFolder}/${name}.f32`;
  const steps = slow.includes(name) ? 1 : checkedSteps;
  const answer = await process.ask<Checked>({ ask: "check", path, steps });
  const bytes = readFileSync(path);
  return { ...answer, values: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) };
}

/** Runs for a while, and sets how many calls fill a round and how many rounds there are. */
export async function warmUp(contestant: Contestant, { warmUp, share }: Settings): Promise<void> {
  const { process, name, rounds } = contestant;
  const times: number[] = [];
  let used = 0;
  const begin = performance.now();
  while (times.length < (slow.includes(name) ? 1 : 3) || performance.now() - begin < warmUp) {
    const turn = await process.ask<Times>({ ask: "run", count: 1 });
    times.push(...turn.times);
    used = turn.used;
  }
  const typical = median(times.slice(-9));
  contestant.count = Math.max(1, Math.round(share / typical));
  const possible = Math.max(1, Math.floor(turnsMilliseconds / typical));
  if (slow.includes(name)) contestant.rounds = Math.min(rounds, possible);
  // A second wait would tell nothing new: this call was the round.
  if (possible === 1 && times.length === 1) {
    contestant.times.push(typical);
    contestant.processor.push(used);
    contestant.rounds = 0;
  }
}

/** Takes one thread where that is faster than all of them: turns of both, so that a busy moment hits neither alone. */
export async function chooseThreads(contestant: Contestant): Promise<void> {
  const all = contestant.threads;
  const times = new Map<number, number[]>([1, all].map((threads) => [threads, []]));
  for (let turn = 0; turn < 5; turn++) {
    for (const [threads, own] of times) {
      await contestant.process.ask({ ask: "threads", threads });
      own.push(median((await contestant.process.ask<Times>({ ask: "run", count: contestant.count + 2 })).times));
    }
  }
  contestant.threads = median(times.get(1)!) < median(times.get(all)!) ? 1 : all;
  await contestant.process.ask({ ask: "threads", threads: contestant.threads });
}

/** All engines in turns; those of fewer rounds spread theirs evenly. `between` is called before each round. */
export async function takeTurns(
  contestants: readonly Contestant[],
  rounds: number,
  between: () => Promise<unknown>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await between();
    for (const each of contestants) {
      const turns = (before: number) => Math.floor((before * each.rounds) / rounds);
      if (turns(round + 1) === turns(round)) continue;
      const { times, used } = await each.process.ask<Times>({ ask: "run", count: each.count });
      each.times.push(median(times));
      each.processor.push(used / each.count);
      await pause(breathMilliseconds);
    }
  }
}

/** Processor time of all contestants so far, and of this process. */
export async function usedBy(contestants: readonly Contestant[]): Promise<number> {
  let sum = cpuMilliseconds();
  for (const { process } of contestants) sum += (await process.ask<{ used: number }>({ ask: "processor" })).used;
  return sum;
}
