import type { NumericsMode } from "../../core/kernel.ts";

export interface DeviceChoices {
  /** All cores where left out, or CONVSMITH_THREADS. */
  readonly threads?: number;
  /** "fast" where left out, or CONVSMITH_NUMERICS. */
  readonly numerics?: NumericsMode;
}

/** The same before it is checked, and where the numerics come from. */
export interface AskedChoices {
  readonly threads?: number | undefined;
  readonly numerics?: string | undefined;
  readonly source?: string | undefined;
}
