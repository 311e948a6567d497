import { FunctionBuilder } from "../../codegen/wasm/assembler.ts";
import { pushExp, pushTanh, VectorPool } from "../../codegen/wasm/math.ts";
import type { Platform } from "./platform.ts";
import { compileLoop, type ProbedTile, probeTile, type Tile, tileLoop } from "./probe.ts";

/** The tile for registers of 256 bits: V8's revectorizer puts two vectors into each. */
const wideTile: Tile = [6, 16];
/** What the wide tile has to gain over the best one without, before it is worth a compiler pass that is still experimental. */
const leastGain = 1.3;
const flag = "experimental-wasm-revectorize";

/**
 * Turns V8's 256-bit revectorizer on for kernels that are compiled from now on, where it gives the same bits and is
 * faster here. Off again otherwise, and not tried with CONVSMITH_REVECTORIZE=0. @returns the tile to use.
 */
export function widen(platform: Platform, fusedMultiplyAdd: boolean, narrow: ProbedTile): ProbedTile {
  if (!platform.mayRevectorize || platform.environment?.CONVSMITH_REVECTORIZE === "0") return narrow;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  fill(new Float32Array(memory.buffer, 0, inputs / 4));
  const expected = runAll(memory, fusedMultiplyAdd, firstOutput);
  if (!platform.setFlag?.(`--${flag}`)) return narrow;
  const wide = probeTile(fusedMultiplyAdd, 0, [wideTile], leastGain * narrow.rate);
  const actual = runAll(memory, fusedMultiplyAdd, secondOutput);
  if (wide.rate >= leastGain * narrow.rate && actual.every((word, at) => word === expected[at])) return wide;
  platform.setFlag(`--no-${flag}`);
  return narrow;
}

// The inputs' bytes, and what each pass writes behind them. V8 keeps code by a module's bytes: the passes and the probe
// differ in an address, so that none runs what was compiled for another.
const inputs = 49152;
const outputBytes = 2048;
const firstOutput = inputs + outputBytes;
const secondOutput = inputs + 3 * outputBytes;
/** After so long V8's optimising compiler, the one that revectorizes, has taken over. */
const warmMilliseconds = 8;

/** Numbers of both signs and many magnitudes. */
function fill(values: Float32Array): void {
  for (let at = 0; at < values.length; at++) values[at] = Math.sin(at * 12.9898) * 2 ** ((at % 7) - 4);
}

/** What the loops of the self-test write, as words. */
function runAll(memory: WebAssembly.Memory, fused: boolean, to: number): Uint32Array {
  const loops = [tileLoop(wideTile, fused, to), mathLoop(fused, to + outputBytes)];
  for (const loop of loops) {
    const run = compileLoop(memory, loop);
    const begin = performance.now();
    while (performance.now() - begin < warmMilliseconds) run();
  }
  return new Uint32Array(memory.buffer, to, (2 * outputBytes) / 4).slice();
}

/** tanh, exp, a comparison and a selection over neighbouring vectors, as the epilogues of convolutions have them. */
function mathLoop(fusedMultiplyAdd: boolean, to: number): FunctionBuilder {
  const f = new FunctionBuilder("run", []);
  const context = { f, pool: new VectorPool(f), fusedMultiplyAdd };
  const at = f.local("i32");
  const pair = f.locals("v128", 2);
  const results = f.locals("v128", 2);
  f.for(at, 0, outputBytes, 32, () => {
    for (const [index, x] of pair.entries())
      f.get(at)
        .load("v128.load", 16 * index)
        .set(x);
    for (const [index, x] of pair.entries()) {
      pushTanh(context, x);
      pushExp(context, x);
      f.get(x).f32x4(0.5).op("f32x4.lt").op("v128.bitselect").set(results[index]!);
    }
    for (const [index, result] of results.entries())
      f.get(at)
        .get(result)
        .store("v128.store", to + 16 * index);
  });
  return f;
}
