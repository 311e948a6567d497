import type { Argument, KernelCall, KernelPlan, Layout, WasmKernel } from "../../core/kernel.ts";
import { weightGradientWishes } from "./conv2d-weight-gradient.wasm.ts";
import { conv2dWeightGradientOp, type WeightGradientAttributes } from "./weight-gradient.ts";
import { reductionStep } from "./weight-gradient-reduce.wasm.ts";
import { chooseGradientScheme } from "./winograd/choose.ts";
import { emitGradientReduction } from "./winograd/gradient-reduce.ts";
import { emitGradientProducts, gradientNames } from "./winograd/gradient-run.ts";
import { gradientScratch, gradientShape, splitGradient, sumBytes } from "./winograd/gradient-shape.ts";
import { f2x2, f4x4, type Scheme } from "./winograd/transforms.ts";
import { isPlain3x3 } from "./winograd-tile.ts";

/**
 * The weight gradient of a 3x3 convolution of stride 1 in Winograd's domain: `Gᵀ Σ ((Bᵀ d B) ⊙ (A dY Aᵀ)) G`, where the sum
 * over tiles is one outer product over channels for each position.
 */
const winogradWeightGradient = (scheme: Scheme): WasmKernel => ({
  op: conv2dWeightGradientOp,
  name: `weight gradient F(${scheme.outputs}x${scheme.outputs},3x3)`,
  accepts(inputs, _output, attributes, target) {
    const geometry = attributes as WeightGradientAttributes;
    return (
      isPlain3x3(geometry.kernel_size, geometry) && chooseGradientScheme(inputs[0]!, inputs[1]!, target) === scheme
    );
  },
  wishes: weightGradientWishes,
  plan: (call) => plan(call, scheme),
});

function plan(call: KernelCall, scheme: Scheme): KernelPlan {
  const { inputs, inputLayouts, attributes, target } = call;
  const [x, grad] = inputs.map(({ shape }) => shape) as [number[], number[]];
  const [top, left, bottom, right] = (attributes as WeightGradientAttributes).padding;
  const shape = gradientShape(x[1]!, grad[1]!, scheme, target);
  const [tileRows, tileColumns] = [2, 3].map((axis) => Math.ceil(grad[axis]! / scheme.outputs)) as [number, number];
  const tiles = grad[0]! * tileRows * tileColumns;
  const { bands, parts, tilesPerBand, tilesPerBlock } = splitGradient(shape, tiles);
  const reductionPieces = Math.min(
    parts * shape.blocking.vectorParts,
    Math.ceil((bands * parts * sumBytes(shape)) / (1 << 18)),
  );
  const plane = (index: number, layout: Layout, first: readonly number[], bounds: readonly number[]): Argument[] => [
    { buffer: "input", index, offset: layout.offset },
    layout.strides[0]! * 4,
    layout.strides[2]! * 4,
    ...first,
    ...bounds,
  ];
  const readable = [top, left, bottom, right].map((side) => Math.max(0, side));
  const words: Record<(typeof gradientNames)[number], Argument> = {
    sums: { buffer: "workspace", index: 0 },
    tileColumns,
    tileRows,
    tiles,
    tilesPerBand,
    tilesPerBlock,
  };
  const key = JSON.stringify([scheme.outputs, x[1], grad[1], target]);
  return {
    steps: [
      {
        label: "products",
        key: `winograd weight gradient ${key}`,
        emit: () => emitGradientProducts(shape, target),
        arguments: [
          ...plane(
            0,
            inputLayouts[0]!,
            [-top, -left],
            [-readable[0]!, -readable[1]!, x[2]! + readable[2]!, x[3]! + readable[3]!],
          ),
          ...plane(1, inputLayouts[1]!, [0, 0], [0, 0, grad[2]!, grad[3]!]),
          ...gradientNames.map((name) => words[name]),
        ],
        pieces: bands * parts,
        scratchBytes: gradientScratch(shape).bytes,
      },
      reductionStep(
        call,
        { label: "add bands", key: `winograd weight gradient reduce ${key}` },
        () => emitGradientReduction(shape, target),
        bands,
        reductionPieces,
      ),
    ],
    workspaces: [bands * parts * sumBytes(shape)],
  };
}

export const winogradWeightGradientKernels: readonly WasmKernel[] = [f4x4, f2x2].map(winogradWeightGradient);
