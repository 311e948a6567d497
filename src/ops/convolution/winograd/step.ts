import type { FunctionBuilder } from "../../../codegen/wasm/assembler.ts";
import { encodeModule } from "../../../codegen/wasm/module.ts";
import { expressionKey } from "../../../core/expression.ts";
import {
  type Argument,
  inputAddress,
  type KernelCall,
  type KernelPlan,
  type KernelStep,
} from "../../../core/kernel.ts";
import { bandsOf } from "../bands.ts";
import { channelModes, emitFinish, placeArguments } from "../direct/finish.ts";
import { groupBytes } from "../direct/problem.ts";
import { emitStrip } from "../direct/strip.ts";
import { emitPatch, emitTileTransform } from "./input.ts";
import { emitOutputTransform } from "./output.ts";
import { winogradPackStep } from "./pack.ts";
import { scratchPlaces, type WinogradProblem, type WinogradShape, winogradShape } from "./problem.ts";
import { emitRun, fixedNames } from "./run.ts";
import type { Scheme } from "./transforms.ts";

/** Transforms the weights, then convolves. */
export function planWinograd(call: KernelCall, problem: WinogradProblem, scheme: Scheme): KernelPlan {
  const bias = inputAddress(call, 2);
  const shape = winogradShape(problem, scheme);
  const tables: Int32Array[] = [];
  const step = winogradStep(problem, shape, tables);
  // Tiles that reach over the picture take zeros for what is missing, as there are in the border.
  const bands = bandsOf(problem, scheme.outputs, (part) =>
    winogradStep({ ...part, border: { ...part.border, top: 0, bottom: 0 } }, shape, []),
  );
  return {
    steps: [winogradPackStep(problem, shape, bias, 0), { ...step, bands }],
    workspaces: [groupBytes(shape.panels)],
    tables,
  };
}

/** FLOPs of the products in a piece that is worth a call of its own. */
const pieceFlops = 5e6;

/** How a call is cut into pieces: by shape alone. */
function splitTiles({ outputs, outputSize, batch }: WinogradProblem, shape: WinogradShape) {
  const { scheme, positions, channels, blockTiles, panels } = shape;
  const [tileRows, tileColumns] = outputSize.map((length) => Math.ceil(length / scheme.outputs)) as [number, number];
  const tiles = batch * tileRows * tileColumns;
  const tilesPerBlock = Math.ceil(tiles / Math.max(1, Math.ceil(tiles / blockTiles)));
  const blocks = Math.ceil(tiles / Math.max(1, tilesPerBlock));
  // Each part of the panels transforms the input again: only where there are few blocks, and channels enough.
  const worth = Math.floor((2 * positions * tilesPerBlock * channels * outputs) / pieceFlops);
  const wanted = Math.min(Math.ceil(8 / Math.max(1, blocks)), Math.floor(outputs / 64), worth, panels.panelsPerGroup);
  // An odd number of pieces leaves one of two threads without work at the end.
  const panelParts = Math.max(
    1,
    wanted > 1 && blocks % 2 === 1 ? Math.min(2 * Math.ceil(wanted / 2), panels.panelsPerGroup) : wanted,
  );
  return { tileRows, tileColumns, tiles, tilesPerBlock, panelParts, pieces: blocks * panelParts };
}

function winogradStep(problem: WinogradProblem, shape: WinogradShape, tables: Int32Array[]): KernelStep {
  const { input, first, border, epilogue, target } = problem;
  const { pieces, ...split } = splitTiles(problem, shape);
  const words: Record<(typeof fixedNames)[number], Argument> = {
    address: { buffer: "input", index: 0, offset: input.offset },
    weights: { buffer: "workspace", index: 0 },
    batch: input.strides[0]! * 4,
    row: input.strides[2]! * 4,
    firstRow: first[0],
    firstColumn: first[1],
    top: -border.top,
    left: -border.left,
    bottom: problem.inputHeight + border.bottom,
    right: problem.inputWidth + border.right,
    ...split,
    height: problem.outputSize[0],
    width: problem.outputSize[1],
  };
  return {
    label: "Winograd convolution",
    key: `winograd ${JSON.stringify([
      shape.scheme.outputs,
      shape.panels,
      channelModes(problem),
      epilogue && expressionKey([epilogue.expression]),
      target,
    ])}`,
    emit: () => emitModule(problem, shape),
    arguments: [...fixedNames.map((name) => words[name]), ...placeArguments(problem, tables)],
    pieces,
    scratchBytes: scratchPlaces(shape).bytes,
  };
}

function emitModule(problem: WinogradProblem, shape: WinogradShape): Uint8Array<ArrayBuffer> {
  const { target } = problem;
  const { scheme, panels, channels, channelVectors } = shape;
  const functions: FunctionBuilder[] = [];
  const add = (each: FunctionBuilder): number => functions.push(each) - 1;
  const tile = {
    transform: scheme.input,
    from: scheme.size,
    to: scheme.size,
    channels,
    pixelBytes: channels * 4,
    plane: shape.inputPlane,
  };
  const indexes = {
    input: add(emitTileTransform("input", tile, target)),
    patch: add(emitPatch("patch", tile)),
    strips: panels.classes.map((kind, at) =>
      Array.from({ length: kind.rows }, (_, rows) =>
        add(
          emitStrip({
            name: `strip ${rows + 1}x${kind.vectors * 4} ${at}`,
            panels: { ...panels, head: 0 },
            kind,
            rows: rows + 1,
            kernel: [1, 1],
            pixelStep: channelVectors * 16,
            tapStep: channelVectors * 16,
            merged: true,
            resultStep: kind.vectors * 16,
            fusedMultiplyAdd: target.fusedMultiplyAdd,
          }),
        ),
      ),
    ),
    outputs: panels.classes.map((kind, at) =>
      add(emitOutputTransform(`output ${at}`, shape, kind, kind.vectors * 16, target)),
    ),
    finishes: panels.classes.map((kind, at) => add(emitFinish(`finish ${at}`, kind, problem))),
  };
  add(emitRun(shape, channelModes(problem), indexes));
  return encodeModule(functions, target.memory);
}
