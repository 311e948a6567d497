/** A stopwatch that knows how fast steps go. Nothing that is computed depends on it. */
export class Speed {
  readonly #origin: number;
  #last: number;
  #secondsPerStep = 0;

  /** @param seconds what was spent before. */
  constructor(seconds: number) {
    this.#last = performance.now();
    this.#origin = this.#last - seconds * 1000;
  }

  seconds(): number {
    return (performance.now() - this.#origin) / 1000;
  }

  /** Counts a step, and gives the seconds since the run began. */
  tick(): number {
    const now = performance.now();
    const taken = (now - this.#last) / 1000;
    this.#last = now;
    // A mean that forgets, over about the last 20 steps; the first steps compile and say little.
    this.#secondsPerStep = this.#secondsPerStep === 0 ? taken : 0.95 * this.#secondsPerStep + 0.05 * taken;
    return (now - this.#origin) / 1000;
  }

  get stepsPerSecond(): number {
    return this.#secondsPerStep > 0 ? 1 / this.#secondsPerStep : 0;
  }
}
