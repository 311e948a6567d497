import { clock, type Progress, startProgress } from "./progress.ts";

/** Progress of work that may be over at once: nothing is shown in the first second. */
export class SlowProgress {
  readonly #label: string;
  readonly #start = performance.now();
  #progress: Progress | null = null;

  constructor(label: string) {
    this.#label = label;
  }

  /** So many are done, and nobody knows how many are to come. */
  count(done: number): void {
    if (this.#seconds() < 1) return;
    this.#progress ??= startProgress({ label: this.#label, openEnded: true });
    this.#progress.update(0, `${done} so far`);
  }

  update(done: number, total: number, facts = `${done}/${total}`): void {
    const seconds = this.#seconds();
    if (seconds < 1) return;
    this.#progress ??= startProgress({ label: this.#label });
    const left = (seconds * (total - done)) / done;
    this.#progress.update(done / total, done > 0 && done < total ? `${facts}, ${clock(left)} left` : facts);
  }

  #seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  stop(): void {
    this.#progress?.stop();
    this.#progress = null;
  }
}
