import { FunctionBuilder, type Local } from "../../codegen/wasm/assembler.ts";
import { loadArguments, loadLanes, multiplyAdd, partBounds, storeSums } from "../../codegen/wasm/emit.ts";
import { encodeModule } from "../../codegen/wasm/module.ts";
import { evenParts, hoistsLoads } from "../../codegen/wasm/tiles.ts";
import type { KernelPlan, Target, WasmKernel } from "../../core/kernel.ts";
import { numel } from "../../core/shape.ts";
import { weightGradientWishes } from "./conv2d-weight-gradient.wasm.ts";
import { conv2dWeightGradientOp, type WeightGradientAttributes } from "./weight-gradient.ts";
import { bandArgumentNames, bandPlan, emitBandLoop, planBands } from "./weight-gradient-bands.wasm.ts";
import { vectorParts, type WeightGradientGeometry, weightGradientGeometry } from "./weight-gradient-blocking.ts";
import { bandBytes, type PartialSums } from "./weight-gradient-reduce.wasm.ts";

/** The weight gradient where each channel has its own kernel: four channels a vector, one accumulator for each tap. */
export const depthwiseWeightGradientWasm: WasmKernel = {
  op: conv2dWeightGradientOp,
  name: "depthwise",
  accepts([x, grad], output, attributes) {
    const { groups } = attributes as WeightGradientAttributes;
    const [, perGroup, ...kernel] = output.shape as [number, number, number, number];
    const depthwise = groups > 1 && x!.shape[1] === groups && grad!.shape[1] === groups && perGroup === 1;
    return depthwise && kernel[1]! <= mostTaps && numel(grad!.shape) > 0;
  },
  wishes: weightGradientWishes,
  plan(call): KernelPlan {
    const { target } = call;
    const geometry = weightGradientGeometry(call.inputs, call.attributes as WeightGradientAttributes);
    const [kernelHeight, kernelWidth] = geometry.kernel;
    const sums: PartialSums = {
      units: 1,
      rows: kernelHeight * kernelWidth,
      vectors: Math.ceil(geometry.channels / 4),
      vectorClasses: vectorParts(geometry.channels, 1),
    };
    const bands = { ...planBands(call, geometry, sums.vectors, 4e6), reductionPieces: 1 };
    return bandPlan(
      call,
      "conv2dWeightGradient, depthwise",
      geometry,
      bands,
      sums,
      () => emitDepthwise(geometry, sums, target),
      (f, _unit, tap, channel, lane) => f.get(channel).add(lane).mul(sums.rows).add(tap).mul(4),
    );
  },
};

const mostTaps = 12;

/** Kernel rows in parts whose taps have an accumulator each, as far as there are registers. */
function rowParts([height, width]: readonly [number, number], target: Target): number[] {
  return evenParts(height, Math.max(1, Math.floor((hoistsLoads(target) ? 7 : mostTaps) / width)));
}

function emitDepthwise(geometry: WeightGradientGeometry, sums: PartialSums, target: Target): Uint8Array<ArrayBuffer> {
  const { channels, kernel, stride } = geometry;
  const inputPixel = 4 * channels * stride[1];
  const gradPixel = 4 * channels;
  const lanes = Math.min(4, channels);
  const shift = lanes < 4 ? 0 : 4 * sums.vectors - channels;
  const parts = rowParts(kernel, target);
  const sizes = [...new Set(parts)];
  const f = new FunctionBuilder("run", ["i32", "i32", "i32", "i32"]);
  const a = loadArguments(f, bandArgumentNames);
  const [from, to, vectors, vector, offset, destination] = f.locals("i32", 6) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  f.i32(sums.vectors).set(vectors);
  emitBandLoop(f, a, { inputPixel, gradPixel, bandBytes: bandBytes(sums) }, (chunk) => {
    partBounds(f, chunk.subset, a.subsets, vectors, from, to);
    f.for(vector, from, to, 1, () => {
      // The last vector is moved back to end with the channels.
      f.get(vector)
        .mul(16)
        .tee(offset)
        .i32(16 * sums.vectors - 16 - 4 * shift);
      f.get(offset)
        .i32(16 * sums.vectors - 16 - 4 * shift)
        .op("i32.lt_s")
        .op("select")
        .set(offset);
      f.get(vector)
        .mul(16 * sums.rows)
        .add(chunk.partial)
        .set(destination);
      let row = 0;
      for (const height of parts) {
        f.get(chunk.x).add(offset).get(a.inputTap).mul(row).op("i32.add");
        f.get(chunk.grad).add(offset).get(chunk.height).get(chunk.width);
        f.get(chunk.xJump).get(chunk.gradJump).get(a.inputTap);
        f.get(destination)
          .add(16 * row * kernel[1])
          .get(chunk.accumulate);
        f.call(1 + sizes.indexOf(height));
        row += height;
      }
    });
  });
  const tiles = sizes.map((height) => emitTaps(geometry, height, lanes, target.fusedMultiplyAdd));
  return encodeModule([f, ...tiles], target.memory);
}

/** `taps(x, grad, height, width, xJump, gradJump, tapRow, destination, accumulate)` for `rows` kernel rows. */
function emitTaps(
  { channels, kernel, stride, dilation }: WeightGradientGeometry,
  rows: number,
  lanes: number,
  fused: boolean,
): FunctionBuilder {
  const f = new FunctionBuilder(`taps${rows}`, new Array(9).fill("i32"));
  const [x, grad, height, width, xJump, gradJump, tapRow, destination, accumulate] = f.parameters as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const pointers = f.locals("i32", rows);
  const end = f.local("i32");
  const totals = f.locals("v128", rows * kernel[1]);
  const [gradient, pixel] = f.locals("v128", 2) as [Local, Local];
  for (const [row, pointer] of pointers.entries()) {
    f.get(x).get(tapRow).mul(row).op("i32.add").set(pointer);
  }
  f.loop(() => {
    f.get(width)
      .mul(4 * channels)
      .add(grad)
      .set(end);
    f.loop(() => {
      loadLanes(f, grad, lanes);
      f.set(gradient);
      for (const [row, pointer] of pointers.entries()) {
        for (let tap = 0; tap < kernel[1]; tap++) {
          loadLanes(f, pointer, lanes, 4 * channels * dilation[1] * tap);
          f.set(pixel);
          multiplyAdd(f, fused, totals[row * kernel[1] + tap]!, pixel, gradient);
        }
        f.advance(pointer, 4 * channels * stride[1]);
      }
      f.get(grad)
        .add(4 * channels)
        .tee(grad)
        .get(end)
        .op("i32.lt_u")
        .branchIf(0);
    });
    for (const pointer of pointers) f.advance(pointer, xJump);
    f.advance(grad, gradJump);
    f.countDown(height);
  });
  storeSums(f, totals, destination, accumulate);
  return f;
}
