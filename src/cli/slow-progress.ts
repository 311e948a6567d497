import { clock, type Progress, startProgress } from "./progress.ts";

/** Progress of work that may be over at once: nothing is shown in the first second. */
export class SlowProgress {
  readonly #label: string;
  readonly #start = performance.now();
  #progress: Progress | null = null;

  constructor(label: string) {
    this.#label = label;
  }

  update(done: number, total: number, facts = `${done}/${total}`): void {
    const seconds = (performance.now() - this.#start) / 1000;
    if (seconds < 1) return;
    this.#progress ??= startProgress({ label: this.#label });
    const left = (seconds * (total - done)) / done;
    this.#progress.update(done / total, done > 0 && done < total ? `${facts}, ${clock(left)} left` : facts);
  }

  stop(): void {
    this.#progress?.stop();
    this.#progress = null;
  }
}
