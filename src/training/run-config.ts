import type { NumericsMode } from "../core/kernel.ts";
import { WasmDevice } from "../devices/wasm/device.ts";
import { currentDevice } from "../tensor/index.ts";
import type { Limit } from "./limit.ts";

/** A value that JSON keeps as it is. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What it takes to build a network again: a name that convsmith knows, or "module" with the path of a user's file. */
export interface NetworkFacts {
  readonly name: string;
  readonly options: Readonly<Record<string, Json>>;
}

/** What decides bits beside the program: runs on two machines are equal where these are. */
export interface Numerics {
  readonly device: string;
  readonly fusedMultiplyAdd: boolean;
  /** "exact", or "fast" where kernels that round more were allowed. */
  readonly mode: NumericsMode;
}

/** All that a run was started with; `config.json` of its folder. */
export interface RunConfig {
  /** Version of convsmith. */
  readonly convsmith: string;
  readonly task: string;
  readonly network: NetworkFacts;
  /** Every option of the task, defaults filled in. */
  readonly options: Readonly<Record<string, Json>>;
  readonly limit: Limit;
  /** What was found in the data: numbers of pictures and samples, what is held back, names of classes. */
  readonly data: Readonly<Record<string, Json>>;
  readonly numerics: Numerics;
}

/** What the current device computes with. */
export function numericsOf(): Numerics {
  const device = currentDevice();
  if (!(device instanceof WasmDevice)) return { device: device.name, fusedMultiplyAdd: false, mode: "exact" };
  const { fusedMultiplyAdd, numerics } = device.backend.target;
  return { device: device.name, fusedMultiplyAdd, mode: numerics };
}
