import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments, partBounds } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import { type KernelPlan, noBorder, type Target, type WasmKernel } from "../../core/kernel.ts";
import { numel } from "../../core/shape.ts";
import { conv2dWeightGradientOp, type WeightGradientAttributes } from "./weight-gradient.ts";
import { bandArgumentNames, bandPlan, emitBandLoop, planBands } from "./weight-gradient-bands.wasm.ts";
import {
  type Blocking,
  chooseBlocking,
  type VectorClass,
  type WeightGradientGeometry,
  weightGradientGeometry,
} from "./weight-gradient-blocking.ts";
import { bandBytes } from "./weight-gradient-reduce.wasm.ts";
import { emitOuterProductTile } from "./weight-gradient-tile.wasm.ts";

/**
 * The weight gradient as a sum of outer products over pixels, on channels-last tensors: register tiles run over the
 * pixels of a band of the output and add up partial sums, one set for each band; a second step adds the bands.
 */
export const conv2dWeightGradientWasm: WasmKernel = {
  op: conv2dWeightGradientOp,
  name: "outer product",
  accepts: (inputs, output) => numel(inputs[1]!.shape) > 0 && numel(output.shape) > 0,
  wishes: weightGradientWishes,
  plan(call): KernelPlan {
    const { target } = call;
    const geometry = weightGradientGeometry(call.inputs, call.attributes as WeightGradientAttributes);
    const blocking = chooseBlocking(geometry, target);
    const sums = {
      units: geometry.kernel[0] * blocking.runs * geometry.groups,
      rows: blocking.rows,
      vectors: blocking.vectors,
      vectorClasses: blocking.vectorClasses,
    };
    const bands = planBands(call, geometry, sums.units * Math.ceil(geometry.outputs / geometry.groups / 16), 12e6);
    return bandPlan(
      call,
      "conv2dWeightGradient",
      geometry,
      bands,
      sums,
      () => emitOuterProducts(geometry, blocking, bandBytes(sums), target),
      (...at) => pushWeightOffset(geometry, blocking, ...at),
    );
  },
};

export function weightGradientWishes(
  ...[, , attributes]: Parameters<WasmKernel["wishes"]>
): ReturnType<WasmKernel["wishes"]> {
  const [top, left, bottom, right] = (attributes as WeightGradientAttributes).padding.map((side) => Math.max(0, side));
  return {
    inputs: [
      { order: "channelsLast", border: { top: top!, left: left!, bottom: bottom!, right: right! } },
      { order: "channelsLast", border: noBorder },
    ],
    output: "contiguous",
    epilogue: false,
  };
}

function emitOuterProducts(
  geometry: WeightGradientGeometry,
  blocking: Blocking,
  bytesOfBand: number,
  target: Target,
): Uint8Array<ArrayBuffer> {
  const { channels, outputs, groups, kernel, stride, dilation } = geometry;
  const { inputRows, runs, rows, rowClasses, vectors, vectorClasses, vectorParts } = blocking;
  const inputPixel = 4 * channels * stride[1];
  const gradPixel = 4 * outputs;
  const tiles: FunctionBuilder[] = [];
  const indices = new Map<string, number>();
  const tileIndex = (tileRows: number, each: VectorClass): number => {
    const shift = each.vectors > 1 ? each.shift : 0;
    const name = `tile${tileRows}x${each.vectors}s${shift}`;
    if (!indices.has(name)) {
      tiles.push(
        emitOuterProductTile({
          name,
          rows: tileRows,
          vectors: each.vectors,
          shift,
          lanes: each.lanes,
          rowPixel: inputRows ? inputPixel : gradPixel,
          vectorPixel: inputRows ? gradPixel : inputPixel,
          fused: target.fusedMultiplyAdd,
        }),
      );
      indices.set(name, tiles.length);
    }
    return indices.get(name)!;
  };

  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const a = loadArguments(f, bandArgumentNames);
  const [from, to, unit, rest, part, x, grad, destination] = f.locals("i32", 8) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const units = f.local("i32");
  f.i32(kernel[0] * runs * groups * vectorParts).set(units);
  emitBandLoop(f, a, { inputPixel, gradPixel, bandBytes: bytesOfBand }, (chunk) => {
    partBounds(f, chunk.subset, a.subsets, units, from, to);
    f.for(unit, from, to, 1, () => {
      f.get(unit).i32(vectorParts).op("i32.rem_u").set(part);
      f.get(unit).i32(vectorParts).op("i32.div_u").set(rest);
      f.get(rest)
        .mul(16 * rows * vectors)
        .add(chunk.partial)
        .set(destination);
      f.get(chunk.x).set(x).get(chunk.grad).set(grad);
      if (groups > 1) {
        f.get(rest)
          .i32(groups)
          .op("i32.rem_u")
          .mul(4 * (channels / groups))
          .add(x)
          .set(x);
        f.get(rest)
          .i32(groups)
          .op("i32.rem_u")
          .mul(4 * (outputs / groups));
        f.add(grad).set(grad);
        f.get(rest).i32(groups).op("i32.div_u").set(rest);
      }
      if (runs > 1) {
        f.get(rest)
          .i32(runs)
          .op("i32.rem_u")
          .mul(4 * channels * dilation[1]);
        f.add(x).set(x);
        f.get(rest).i32(runs).op("i32.div_u").set(rest);
      }
      f.get(rest).mul(a.inputTap).add(x).set(x);
      const [rowSide, vectorSide] = inputRows ? [x, grad] : [grad, x];
      const jumps = inputRows ? [chunk.xJump, chunk.gradJump] : [chunk.gradJump, chunk.xJump];
      f.block(() => {
        for (const [index, each] of vectorClasses.entries()) {
          const own = () => {
            f.get(part).sub(each.first).set(part);
            const offset = 16 * each.start - (each.vectors === 1 ? 4 * each.shift : 0);
            f.get(part)
              .mul(16 * each.vectors)
              .add(offset);
            f.add(vectorSide).set(vectorSide);
            f.get(part)
              .mul(16 * each.vectors * rows)
              .add(16 * each.start * rows);
            f.add(destination).set(destination);
            for (const group of rowClasses) {
              f.get(rowSide)
                .add(4 * group.start)
                .get(vectorSide);
              f.get(chunk.height).get(chunk.width).get(jumps[0]!).get(jumps[1]!);
              f.get(destination).add(16 * each.vectors * group.start);
              f.i32(group.blocks).get(chunk.accumulate).call(tileIndex(group.rows, each));
            }
          };
          if (index === vectorClasses.length - 1) own();
          else
            f.get(part)
              .i32(each.first + each.parts)
              .op("i32.lt_s")
              .if(() => {
                own();
                f.branch(1);
              });
        }
      });
    });
  });
  return encodeModule([f, ...tiles], target.memory);
}

/** Pushes the byte offset of an element of the partial sums in the weight [Co, Ci/groups, kh, kw]. */
function pushWeightOffset(
  { channels, outputs, groups, kernel }: WeightGradientGeometry,
  { inputRows, runs, run }: Blocking,
  f: FunctionBuilder,
  unit: Local,
  row: Local,
  element: Local,
  lane: number,
): void {
  const perGroup = channels / groups;
  const pushElement = () => f.get(element).add(lane);
  const pushInput = inputRows ? () => f.get(row) : pushElement;
  const pushOutput = inputRows ? pushElement : () => f.get(row);
  const merged = run !== perGroup;
  pushOutput();
  f.get(unit)
    .i32(groups)
    .op("i32.rem_u")
    .mul(outputs / groups)
    .op("i32.add");
  f.mul(perGroup);
  pushInput();
  if (merged) f.i32(perGroup).op("i32.rem_u");
  f.op("i32.add").mul(kernel[0]);
  f.get(unit)
    .i32(groups * runs)
    .op("i32.div_u")
    .op("i32.add")
    .mul(kernel[1]);
  if (merged) {
    pushInput();
    f.i32(perGroup).op("i32.div_u").op("i32.add");
  } else if (runs > 1) {
    f.get(unit).i32(groups).op("i32.div_u").i32(runs).op("i32.rem_u").op("i32.add");
  }
  f.mul(4);
}
