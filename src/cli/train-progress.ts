import type { RunWatcher, StepEvent, Task } from "../training/node.ts";
import { say } from "./output.ts";
import { clock, type Progress, startProgress } from "./progress.ts";

/** Shows a run: pictures being read, then a bar with loss, PSNR or accuracy, steps/s and time left. */
export function watchRun(onStart: (task: Task) => void): { watcher: RunWatcher; stop: () => void } {
  let loading: Progress | null = null;
  let training: Progress | null = null;
  let task: Task | null = null;
  let figure = "";
  const watcher: RunWatcher = {
    onLoad(done, total) {
      loading ??= startProgress({ label: "Reading pictures" });
      loading.update(done / total, `${done}/${total}`);
    },
    onStart(started, position) {
      task = started;
      onStart(started);
      loading?.stop();
      loading = null;
      if (position.step > 0) say(`Going on after step ${position.step}`);
      training = startProgress({ label: started.title });
    },
    onStep(event) {
      training?.update(event.progress, stepFacts(event, figure));
    },
    onValidation(metrics) {
      if (!task) return;
      const { key, label, unit, digits } = task.metric;
      figure = `${label} ${metrics[key]!.toFixed(digits)} ${unit}`;
    },
    onWarning(message) {
      const note = `convsmith: note: ${message}`;
      if (training) training.note(note);
      else say(note);
    },
  };
  const stop = () => {
    loading?.stop();
    training?.stop();
  };
  return { watcher, stop };
}

function stepFacts({ step, loss, stepsPerSecond, secondsLeft }: StepEvent, figure: string): string {
  const shown = loss >= 0.01 ? loss.toFixed(4) : loss.toExponential(2);
  const facts = [`step ${step}`, `loss ${shown}`, figure, `${stepsPerSecond.toFixed(1)} steps/s`, `${clock(secondsLeft)} left`];
  return facts.filter(Boolean).join("  ");
}
