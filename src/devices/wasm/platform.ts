import { FunctionBuilder } from "../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import type { StartThread } from "./threads.ts";

/** What the WASM device needs to know of the JavaScript host it runs in. */
export interface Platform {
  readonly cores: number;
  readonly sharedMemory: boolean;
  /** The calling thread may sleep in Atomics.wait. */
  readonly mayWait: boolean;
  readonly startThread: StartThread | null;
  readonly breathe: () => Promise<void>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Turns on a V8 flag for code that is compiled from now on; false where that can't be done. */
  readonly setFlag?: (flag: string) => boolean;
  /** The JavaScript engine knows a flag for 256-bit vectors and has gained from it: V8 of Node 24 and later. */
  readonly mayRevectorize?: boolean;
}

/** Whether f32x4.relaxed_madd compiles. */
export function probeFusedMultiplyAdd(): boolean {
  const f = new FunctionBuilder("run", [], []);
  f.f32x4(1).f32x4(1).f32x4(1).op("f32x4.relaxed_madd").op("drop");
  return WebAssembly.validate(encodeModule([f], { initialPages: 1, maximumPages: 1, shared: false }));
}
