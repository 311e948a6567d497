import type { Argument, KernelStep, Target } from "../../core/kernel.ts";
import { FunctionBuilder, type Local } from "./assembler.ts";
import { emitRowAddresses, moveColumn, moveSquare } from "./emit.ts";
import type { Iteration } from "./iteration.ts";
import { VectorPool } from "./math.ts";
import { encodeModule } from "./module.ts";
import { ArgumentList, emitRows, nestArguments } from "./rows.ts";

/** Numbers along the input's own axis that one unit of work moves: a cache line. */
const blockSize = 16;
/** Most numbers along the output's own axis that one unit moves. */
const segmentSize = 2048;
const pieceElements = 32768;

/**
 * A copy between layouts whose neighbours lie along different axes (NCHW to N, H, W, C and back), through 4 x 4 tiles:
 *
 *     input            output
 *     a0 a1 a2 a3      a0 b0 c0 d0
 *     b0 b1 b2 b3  ->  a1 b1 c1 d1
 *     c0 c1 c2 c3      a2 b2 c2 d2
 *     d0 d1 d2 d3      a3 b3 c3 d3
 *
 * Operands of the iteration are output and input. Null where it isn't such a copy, or too small for tiles.
 */
export function transposeStep(
  label: string,
  iteration: Iteration,
  [output, source]: readonly [Argument, Argument],
  target: Target,
): KernelStep | null {
  const { sizes } = iteration;
  const [outputStrides, sourceStrides] = iteration.strides as [readonly number[], readonly number[]];
  const own = (strides: readonly number[], others: readonly number[]) =>
    sizes.findIndex((size, axis) => size >= 4 && strides[axis] === 1 && others[axis] !== 1 && others[axis] !== 0);
  const across = own(outputStrides, sourceStrides);
  const along = own(sourceStrides, outputStrides);
  if (across < 0 || along < 0) return null;

  const others = sizes.map((_, axis) => axis).filter((axis) => axis !== across && axis !== along);
  const segment = Math.min(segmentSize, sizes[across]!);
  const segments = Math.ceil(sizes[across]! / segment);
  const blocks = Math.ceil(sizes[along]! / blockSize);
  const nested = (strides: readonly number[]) => [
    ...others.map((axis) => strides[axis]!),
    strides[across]! * segment,
    strides[along]! * blockSize,
  ];
  const nest = {
    sizes: [...others.map((axis) => sizes[axis]!), segments, blocks],
    operands: [
      { address: output, strides: nested(outputStrides) },
      { address: source, strides: nested(sourceStrides) },
    ],
  };
  const list = new ArgumentList();
  const unitsPerPiece = Math.max(1, Math.floor(pieceElements / (segment * blockSize)));
  const offsets = nestArguments(list, nest, unitsPerPiece);
  const words: TileArguments = {
    segment: list.add(segment),
    lastSegment: list.add(sizes[across]! - (segments - 1) * segment),
    lastBlock: list.add(sizes[along]! - (blocks - 1) * blockSize),
    outputStep: list.add(outputStrides[along]! * 4),
    sourceStep: list.add(sourceStrides[across]! * 4),
    segments: offsets.sizes[others.length]!,
    blocks: offsets.sizes[others.length + 1]!,
  };
  const units = nest.sizes.reduce((product, size) => product * size, 1);
  return {
    label,
    key: `transpose ${nest.sizes.length}`,
    emit: () => {
      const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
      const [block, first, last] = f.parameters as [Local, Local, Local];
      emitRows(f, block, [first, last], offsets, ([to, from], indices) => {
        emitUnit(f, block, words, [to!, from!], indices.slice(-2) as [Local, Local]);
      });
      return encodeModule([f], target.memory);
    },
    arguments: list.words,
    pieces: Math.ceil(units / unitsPerPiece),
  };
}

/** Byte offsets in the argument block. */
interface TileArguments {
  readonly segment: number;
  readonly lastSegment: number;
  readonly lastBlock: number;
  readonly outputStep: number;
  readonly sourceStep: number;
  readonly segments: number;
  readonly blocks: number;
}

function emitUnit(
  f: FunctionBuilder,
  block: Local,
  words: TileArguments,
  [to, from]: readonly [Local, Local],
  [segmentIndex, blockIndex]: readonly [Local, Local],
): void {
  const argument = (offset: number) => f.get(block).load("i32.load", offset);
  const [lines, width, rest, outputStep, sourceStep, source, output] = f.locals("i32", 7) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const rows = f.locals("i32", 4);
  const vectors = f.locals("v128", 4);
  const pool = new VectorPool(f);
  argument(words.outputStep).set(outputStep);
  argument(words.sourceStep).set(sourceStep);
  argument(words.lastSegment);
  argument(words.segment).get(segmentIndex).add(1);
  argument(words.segments).op("i32.eq").op("select").set(lines);
  argument(words.lastBlock).i32(blockSize).get(blockIndex).add(1);
  argument(words.blocks).op("i32.eq").op("select").set(width);
  f.get(from).set(source);

  const step = (local: Local, by: Local | number) => f.advance(local, by);
  // The output's pointer is kept by the nest: `done` counts the bytes that are written along each of its rows.
  const done = f.local("i32");
  f.i32(0).set(done);
  const begin = () => {
    f.get(to).add(done).set(output);
    f.get(width).set(rest);
  };

  f.whileAtLeast(lines, 4, () => {
    begin();
    f.get(source).set(rows[0]!);
    emitRowAddresses(f, rows, sourceStep);
    f.whileAtLeast(rest, 4, () => moveSquare(f, rows, vectors, output, outputStep, pool));
    f.whileAtLeast(rest, 1, () => moveColumn(f, rows, vectors[0]!, output, outputStep));
    f.get(source).get(sourceStep).i32(2).op("i32.shl").op("i32.add").set(source);
    step(done, 16);
  });
  f.whileAtLeast(lines, 1, () => {
    begin();
    f.get(source).set(rows[0]!);
    f.whileAtLeast(rest, 1, () => {
      f.get(output).get(rows[0]!).load("i32.load").store("i32.store");
      step(output, outputStep);
      step(rows[0]!, 4);
    });
    step(source, sourceStep);
    step(done, 4);
  });
}
