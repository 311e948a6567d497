import type { NetworkMemory, RunMemory } from "../analysis/index.ts";
import { deviceText } from "./run-memory.ts";
import { wrappedText } from "./wrapped-text.ts";

const group = (value: number) => value.toLocaleString("en-US");
const blocks = "▁▂▃▄▅▆▇█";

/** Peak memory of an inference and of a training step, each with a timeline of what is alive in the arena. */
export function memoryText(memory: NetworkMemory, width: number): string {
  const { inference, training, trainingError } = memory;
  const lines = [
    wrappedText(`memory on ${deviceText(memory)}, in bytes`, "  ", width),
    ...runText("inference", inference, width),
  ];
  if (training) lines.push("", ...runText(`training step (${training.loss}, ${training.optimizer})`, training, width));
  else lines.push("", wrappedText(`training step: none. ${trainingError}`, "  ", width));
  return lines.join("\n");
}

function runText(name: string, run: RunMemory, width: number): string[] {
  const { arenaBytes, totalBytes, timeline, peak } = run;
  const parts: readonly (readonly [string, number])[] = [
    ["arena", arenaBytes],
    ["parameters", run.parameterBytes],
    ["buffers", run.bufferBytes],
    ["gradients", run.gradientBytes],
    ["optimiser", run.optimizerBytes],
    ["packed weights", run.keptBytes],
  ];
  const others = totalBytes - parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  const sum = [...parts, ["kernels and threads", others] as const].flatMap(([label, bytes]) =>
    bytes > 0 ? [`${label} ${group(bytes)}`] : [],
  );
  const at = timeline[peak.step];
  const where = at ? ` in ${at.layer === "" ? "(network)" : (at.layer ?? "a step of no layer")} (${at.kernel})` : "";
  return [
    wrappedText(`${name}: ${group(totalBytes)} = ${sum.join(" + ")}`, "  ", width),
    wrappedText(`  peak of the arena at step ${peak.step + 1} of ${timeline.length}${where}`, "    ", width),
    `  ${sparkline(
      timeline.map(({ liveBytes }) => liveBytes),
      Math.min(64, width - 2),
    )}`,
  ];
}

/** Bytes over the steps: a column shows the most of its steps. */
function sparkline(values: readonly number[], width: number): string {
  const most = Math.max(1, ...values);
  const columns = Math.min(width, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    const value = Math.max(...values.slice(from, to));
    return blocks[Math.min(blocks.length - 1, Math.floor((value / most) * blocks.length))];
  }).join("");
}
