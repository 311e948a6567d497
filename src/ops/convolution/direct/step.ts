import type { FunctionBuilder } from "../../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../../codegen/wasm/module.ts";
import { expressionKey } from "../../../core/expression.ts";
import type { Argument, KernelStep } from "../../../core/kernel.ts";
import { channelModes, emitFinish, placeArguments } from "./finish.ts";
import type { DirectProblem, PanelClass, Panels } from "./problem.ts";
import { emitRun, fixedNames, type ModuleShape } from "./run.ts";
import { splitWork } from "./split.ts";
import { emitStrip } from "./strip.ts";

/** The convolution itself, over weights that packStep has packed into the workspace. `tables` takes what it needs. */
export function directStep(
  problem: DirectProblem,
  panels: Panels,
  workspace: number,
  tables: Int32Array[],
): KernelStep {
  const { batch, channels, stride, dilation, outputSize, input, output, first, epilogue, target } = problem;
  const modes = channelModes(problem);
  const { strides } = input;
  const work = splitWork(problem, panels);
  const shape: ModuleShape = {
    problem,
    panels,
    modes,
    direct: epilogue === null && modes[0] === "vector" && problem.line === undefined,
    pixelStep: stride[1] * channels * 4,
  };
  const words: Record<(typeof fixedNames)[number], Argument> = {
    // Of column `first` in row 0 of the input: the row is added where it is known to be inside.
    x: { buffer: "input", index: 0, offset: input.offset + first[1] * strides[3]! },
    weights: { buffer: "workspace", index: workspace },
    xBatch: strides[0]! * 4,
    xRow: strides[2]! * 4,
    inputHeight: problem.inputHeight,
    firstRow: first[0],
    batch,
    height: outputSize[0],
    width: outputSize[1],
    line: problem.line ?? 0,
    ...work.words,
  };
  return {
    label: "direct convolution",
    key: `conv direct ${JSON.stringify([
      channels,
      problem.outputs,
      panels,
      problem.kernel,
      shape.pixelStep,
      shape.direct && output.strides[3]!,
      stride[0],
      problem.line !== undefined,
      dilation,
      modes,
      epilogue && expressionKey([epilogue.expression]),
      target,
    ])}`,
    emit: () => emitModule(shape),
    arguments: [...fixedNames.map((name) => words[name]), ...placeArguments(problem, tables)],
    pieces: work.pieces,
    scratchBytes: work.words.chunk * 16 * Math.max(...panels.classes.map((each) => each.vectors)),
  };
}

function emitModule(shape: ModuleShape): Uint8Array<ArrayBuffer> {
  const { problem, panels, direct, pixelStep } = shape;
  const { kernel, dilation, channels, target } = problem;
  const functions: FunctionBuilder[] = [];
  const indexes = new Map<string, number>();
  const add = (name: string, make: (name: string) => FunctionBuilder): number => {
    let index = indexes.get(name);
    if (index === undefined) {
      index = functions.length;
      functions.push(make(name));
      indexes.set(name, index);
    }
    return index;
  };
  const straight = (kind: PanelClass) => direct && kind.lanes === kind.vectors * 4;
  const resultStep = (kind: PanelClass) => (straight(kind) ? problem.output.strides[3]! * 4 : kind.vectors * 16);
  const stripIndex = (kind: PanelClass, rows: number): number => {
    const lanes = (panels.depthwise || kind.dot) && kind.lanes < kind.vectors * 4 ? ` of ${kind.lanes} channels` : "";
    const variant = `${kind.dot ? " dot" : ""}${straight(kind) ? " straight" : ""}`;
    return add(`strip ${rows}x${kind.vectors * 4}${lanes}${variant}`, (name) =>
      emitStrip({
        name,
        panels,
        kind,
        rows,
        kernel,
        pixelStep,
        tapStep: dilation[1] * channels * 4,
        merged: problem.groups === 1 && dilation[1] === 1,
        resultStep: resultStep(kind),
        fusedMultiplyAdd: target.fusedMultiplyAdd,
      }),
    );
  };
  const finishIndex = (kind: PanelClass): number =>
    add(`finish ${kind.lanes} of ${kind.vectors * 4}`, (name) => emitFinish(name, kind, problem));
  const strips = panels.classes.map((kind) =>
    Array.from({ length: kind.rows }, (_, rows) => stripIndex(kind, rows + 1)),
  );
  const finishes = panels.classes.map((kind) => (straight(kind) ? -1 : finishIndex(kind)));
  functions.push(emitRun(shape, strips, finishes, resultStep));
  return encodeModule(functions, target.memory);
}
