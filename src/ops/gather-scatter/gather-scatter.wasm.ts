import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { fillStep } from "../../codegen/wasm/elementwise.ts";
import { loadArguments } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import {
  type Argument,
  contiguousWishes,
  inputAddress,
  type KernelCall,
  type KernelPlan,
  type KernelStep,
  outputAddress,
  type WasmKernel,
} from "../../core/kernel.ts";
import { contiguousStrides, numel, type Shape } from "../../core/shape.ts";
import { gatherOp, scatterSumOp } from "./gather-scatter.ts";

/** Inner elements of one piece: what a piece scatters into is its own, so pieces never meet. */
const chunk = 256;

/** Bytes from the start of a tensor of `shape` to each index of `part`, a range of its axes. */
function offsets(shape: Shape, part: Shape, firstAxis: number): Int32Array {
  const strides = contiguousStrides(shape).slice(firstAxis);
  const own = contiguousStrides(part);
  return Int32Array.from({ length: numel(part) }, (_, at) =>
    part.reduce((sum, size, axis) => sum + 4 * strides[axis]! * (Math.floor(at / own[axis]!) % size), 0),
  );
}

/**
 * One step over an index [outer, along, inner]: outer offsets are table 0, inner ones table 1, so that the indexed tensor
 * may be larger than the index. `moved` is read and written at the index, `indexed` at where it points to.
 */
function indexedStep(
  mode: "gather" | "scatter",
  call: KernelCall,
  dim: number,
  shapes: { readonly index: Shape; readonly indexed: Shape },
  addresses: { readonly index: Argument; readonly moved: Argument; readonly indexed: Argument },
): KernelPlan {
  const outer = shapes.index.slice(0, dim);
  const inner = shapes.index.slice(dim + 1);
  const chunks = Math.ceil(numel(inner) / chunk);
  const step: KernelStep = {
    label: mode,
    key: `indexed ${mode}`,
    emit: () => encodeModule([emitIndexed(mode)], call.target.memory),
    arguments: [
      addresses.index,
      addresses.moved,
      addresses.indexed,
      { buffer: "table", index: 0 },
      { buffer: "table", index: 1 },
      chunks,
      numel(inner) * 4,
      shapes.index[dim] ?? 1,
      shapes.indexed[dim] ?? 1,
      (contiguousStrides(shapes.indexed)[dim] ?? 1) * 4,
    ],
    pieces: numel(outer) * chunks,
  };
  return {
    steps: [step],
    tables: [offsets(shapes.indexed, outer, 0), offsets(shapes.indexed, inner, dim + 1)],
  };
}

const names = [
  ...["index", "moved", "indexed", "outers", "inners"],
  ...["chunks", "rowBytes", "along", "length", "strideBytes"],
] as const;

function emitIndexed(mode: "gather" | "scatter"): FunctionBuilder {
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const [, first, last] = f.parameters as [Local, Local, Local, Local];
  const a = loadArguments(f, names);
  const [piece, outer, step, line, base] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const [start, end, place, target] = f.locals("i32", 4) as [Local, Local, Local, Local];
  f.for(piece, first, last, 1, () => {
    f.get(piece).get(a.chunks).op("i32.div_u").set(outer);
    // Bytes along the inner axis: [start, end).
    f.get(piece)
      .get(a.chunks)
      .op("i32.rem_u")
      .mul(chunk * 4)
      .tee(start)
      .add(chunk * 4)
      .set(end);
    f.min(end, a.rowBytes).set(end);
    f.get(a.outers).get(outer).mul(4).op("i32.add").load("i32.load").add(a.indexed).set(base);
    f.get(a.along).set(step);
    f.get(outer).mul(step).mul(a.rowBytes).set(line);
    f.block(() => {
      f.get(step).op("i32.eqz").branchIf(0);
      f.loop(() => {
        f.for(place, start, end, 4, () => {
          f.get(a.index).add(line).add(place).load("i32.load").tee(target);
          // An index out of range stops the run: no number is better than one from somewhere else.
          f.get(a.length)
            .op("i32.ge_u")
            .if(() => f.op("unreachable"));
          f.get(target).mul(a.strideBytes).add(base);
          f.get(a.inners).add(place).load("i32.load").op("i32.add").set(target);
          const moved = () => f.get(a.moved).add(line).add(place);
          if (mode === "gather") {
            moved().get(target).load("f32.load").store("f32.store");
          } else {
            f.get(target).get(target).load("f32.load");
            moved().load("f32.load").op("f32.add").store("f32.store");
          }
        });
        f.advance(line, a.rowBytes);
        f.countDown(step);
      });
    });
  });
  return f;
}

/** Contiguous elements, one at a time. */
export const gatherKernel: WasmKernel = {
  op: gatherOp,
  name: "gather",
  accepts: () => true,
  wishes: contiguousWishes,
  plan: (call) =>
    indexedStep(
      "gather",
      call,
      call.attributes.dim as number,
      { index: call.inputs[1]!.shape, indexed: call.inputs[0]!.shape },
      { index: inputAddress(call, 1), moved: outputAddress(call), indexed: inputAddress(call, 0) },
    ),
};

/** Zeroes the output, then adds along the index in its order: the same bits on any number of threads. */
export const scatterSumKernel: WasmKernel = {
  op: scatterSumOp,
  name: "scatterSum",
  accepts: () => true,
  wishes: contiguousWishes,
  plan: (call) => {
    const { output, outputLayout: layout, target } = call;
    const zero = fillStep({ label: "zero", shape: output.shape, layout, value: 0, target });
    const added = indexedStep(
      "scatter",
      call,
      call.attributes.dim as number,
      { index: call.inputs[0]!.shape, indexed: output.shape },
      { index: inputAddress(call, 0), moved: inputAddress(call, 1), indexed: outputAddress(call) },
    );
    return { ...added, steps: [zero, ...added.steps] };
  },
};
