/** How long and how often things are timed. */
export interface Settings {
  readonly threads: number;
  readonly rounds: number;
  /** Milliseconds that each side works before it is timed: V8 compiles its last tier in that time. */
  readonly warmUp: number;
  /** Milliseconds that each side works in a round. */
  readonly share: number;
}

export function settings(options: { quick: boolean; rounds: number | null; threads: number }): Settings {
  const { quick, rounds, threads } = options;
  return {
    threads,
    rounds: rounds ?? (quick ? 3 : 9),
    warmUp: quick ? 200 : 1500,
    share: quick ? 50 : 250,
  };
}
