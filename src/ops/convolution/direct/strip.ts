import { FunctionBuilder, type Local } from "../../../codegen/wasm/assembler.ts";
import { loadLanes } from "../../../codegen/wasm/emit.ts";
import type { PanelClass, Panels } from "./problem.ts";

export interface StripShape {
  readonly name: string;
  readonly panels: Panels;
  readonly kind: PanelClass;
  /** Output pixels in a tile. */
  readonly rows: number;
  readonly kernel: readonly [number, number];
  /** Bytes between an output pixel's input and the next one's. */
  readonly pixelStep: number;
  /** Bytes between input pixels under neighbouring taps. */
  readonly tapStep: number;
  /** Whether the taps of a kernel row and their channels lie behind each other in the input. */
  readonly merged: boolean;
  /** Bytes between the results of neighbouring output pixels. */
  readonly resultStep: number;
  readonly fusedMultiplyAdd: boolean;
}

/**
 * `strip(x, panel, results, tiles, rowStep, taps, kernelRows)`: neighbouring tiles of one output row and one panel. `taps`
 * are the panel's weights from the first kernel row that is used on, `kernelRows` how many rows are: none outside the input.
 *
 *              panel row: vectors · 4 channels
 *            ┌────────┬────────┐
 *   pixel 0  │  acc   │  acc   │   each step: load the panel's row, then for each pixel
 *   pixel 1  │  acc   │  acc   │   splat one input number and multiply-add it
 *   …        └────────┴────────┘
 *
 * A dot panel has an accumulator for each channel and pixel, whose lanes are added up at the end, and reads four input
 * channels a step.
 *
 * One step a loop round: unrolled, V8 12 (Node 20) hoists the loads of all steps and spills.
 */
export function emitStrip(shape: StripShape): FunctionBuilder {
  const { panels, kind, rows, kernel, pixelStep, tapStep, resultStep } = shape;
  const { dot } = kind;
  /** Vectors of weights in a step. */
  const vectors = dot ? kind.lanes : kind.vectors;
  const f = new FunctionBuilder(shape.name, ["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [x, panel, results, tiles, rowStep] = f.parameters as [Local, Local, Local, Local, Local];
  const [taps, kernelRows] = f.parameters.slice(5) as [Local, Local];
  const [row, at, end, weight, ky, kx] = f.locals("i32", 6) as [Local, Local, Local, Local, Local, Local];
  const accumulators = Array.from({ length: rows }, () => f.locals("v128", vectors));
  const columns = f.locals("v128", vectors);
  const read = f.local("v128");
  const rowTaps = panels.wholeRows ? f.locals("v128", kernel[1]) : [];
  /** Input channels in a step. */
  const inputs = dot ? 4 : 1;

  const multiplyAdd = (accumulator: Local, column: Local) => {
    if (shape.fusedMultiplyAdd) f.get(read).get(column).get(accumulator).op("f32x4.relaxed_madd").set(accumulator);
    else f.get(accumulator).get(read).get(column).op("f32x4.mul").op("f32x4.add").set(accumulator);
  };
  const step = () => {
    for (const [v, column] of columns.entries()) {
      f.get(weight)
        .load("v128.load", v * 16)
        .set(column);
    }
    f.advance(weight, vectors * 16);
    for (const [r, line] of accumulators.entries()) {
      if (!panels.depthwise) {
        const instruction = dot ? "v128.load" : "v128.load32_splat";
        f.get(at)
          .load(instruction, r * pixelStep)
          .set(read);
      }
      for (const [v, accumulator] of line.entries()) {
        if (panels.depthwise) {
          loadLanes(f, at, kind.lanes - v * 4, r * pixelStep + v * 16);
          f.set(read);
        }
        multiplyAdd(accumulator, columns[v]!);
      }
    }
  };
  /** A whole kernel row of a depthwise convolution: each input pixel is read once and used by all outputs that see it. */
  const wholeRow = () => {
    const stride = pixelStep / tapStep;
    for (let v = 0; v < vectors; v++) {
      for (const [k, tap] of rowTaps.entries()) {
        f.get(weight)
          .load("v128.load", (k * vectors + v) * 16)
          .set(tap);
      }
      for (let pixel = 0; pixel <= (rows - 1) * stride + kernel[1] - 1; pixel++) {
        const users = accumulators.flatMap((line, r) => {
          const tap = rowTaps[pixel - r * stride];
          return tap ? [{ accumulator: line[v]!, tap }] : [];
        });
        if (users.length === 0) continue;
        loadLanes(f, at, kind.lanes - v * 4, pixel * tapStep + v * 16);
        f.set(read);
        for (const { accumulator, tap } of users) multiplyAdd(accumulator, tap);
      }
    }
    f.advance(weight, kernel[1] * vectors * 16);
  };
  /** Steps from `at` on, `distance` bytes apart. */
  const run = (count: number, distance: number) => {
    if (count === 1) {
      step();
      return;
    }
    f.get(at)
      .add(count * distance)
      .set(end);
    f.loop(() => {
      step();
      f.get(at).add(distance).tee(at).get(end).op("i32.lt_u").branchIf(0);
    });
  };
  const repeat = (count: number, counter: Local, body: () => void) => {
    if (count === 1) {
      body();
      return;
    }
    f.i32(count).set(counter);
    f.loop(() => {
      body();
      f.countDown(counter);
    });
  };
  const kernelRow = () => {
    f.get(row).set(at);
    if (panels.wholeRows) wholeRow();
    else if (panels.depthwise) run(kernel[1], tapStep);
    else if (shape.merged) run((kernel[1] * panels.inputsPerGroup) / inputs, inputs * 4);
    else {
      const steps = panels.inputsPerGroup / inputs;
      const back = tapStep - (steps === 1 ? 0 : panels.inputsPerGroup * 4);
      repeat(kernel[1], kx, () => {
        run(steps, inputs * 4);
        f.advance(at, back);
      });
    }
    f.advance(row, rowStep);
  };

  f.loop(() => {
    for (const accumulator of accumulators.flat()) f.f32x4(0).set(accumulator);
    if (panels.terms > 0) {
      f.get(kernelRows).if(() => {
        f.get(taps).set(weight);
        f.get(x).set(row);
        if (kernel[0] === 1) kernelRow();
        else {
          f.get(kernelRows).set(ky);
          f.loop(() => {
            kernelRow();
            f.countDown(ky);
          });
        }
      });
    }
    const sums = dot ? accumulators.map((line) => [emitLaneSums(f, line)]) : accumulators;
    const bias = columns.slice(0, kind.vectors);
    if (panels.head) {
      for (const [v, column] of bias.entries()) {
        f.get(panel)
          .load("v128.load", v * 16)
          .set(column);
      }
    }
    for (const [r, line] of sums.entries()) {
      for (const [v, sum] of line.entries()) {
        f.get(results).get(sum);
        if (panels.head) f.get(bias[v]!).op("f32x4.add");
        f.store("v128.store", r * resultStep + v * 16);
      }
    }
    f.advance(results, rows * resultStep);
    f.advance(x, rows * pixelStep);
    f.countDown(tiles);
  });
  return f;
}

/** Adds up the lanes of one to three vectors, always as (0 + 2) + (1 + 3): the sums are the first lanes of the result. */
function emitLaneSums(f: FunctionBuilder, [a, b, c]: readonly Local[]): Local {
  const halves = (vector: Local) => {
    f.get(vector).get(vector).get(vector).shuffleLanes([2, 3, 0, 1]).op("f32x4.add").set(vector);
    f.get(vector).get(vector).get(vector).shuffleLanes([1, 0, 3, 2]).op("f32x4.add").set(vector);
  };
  if (b) {
    f.get(a!).get(b).shuffleLanes([0, 4, 1, 5]).get(a!).get(b).shuffleLanes([2, 6, 3, 7]).op("f32x4.add").set(a!);
    f.get(a!).get(a!).get(a!).shuffleLanes([2, 3, 2, 3]).op("f32x4.add").set(a!);
  } else halves(a!);
  if (c) {
    halves(c);
    f.get(a!).get(c).shuffleLanes([0, 1, 4, 4]).set(a!);
  }
  return a!;
}
