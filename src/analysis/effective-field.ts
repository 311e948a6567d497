import { Generator } from "../core/generator.ts";
import { numel } from "../core/shape.ts";
import { grad, Tensor, tensor } from "../tensor/index.ts";
import { findLayer } from "./find-layer.ts";
import { checkPosition, type Position } from "./followed.ts";
import { type Network, recordCall } from "./recording.ts";
import { planeOf } from "./window.ts";

/** How much each pixel of the input moves one position of a layer. */
export interface EffectiveField {
  readonly height: number;
  readonly width: number;
  /** Row by row, the mean absolute gradient; they add up to 1, or are all 0 where there is no gradient. */
  readonly values: Float64Array;
}

/** A circle around the centre of mass that holds a share of it. */
export interface HoldingCircle {
  readonly y: number;
  readonly x: number;
  /** In pixels, from the centre to the middle of the furthest pixel that belongs to it. */
  readonly radius: number;
}

/**
 * The mean of |gradient| of a layer's output at `position` by the input, over the inputs and their channels: what matters of
 * the receptive field (Luo et al., 2016). Each input weighs the layer's channels by random signs, so that they don't cancel.
 * @param layer its path; "" for the network itself. @param options.seed of the signs; 0 unless given.
 * @throws ArgumentError for a layer that is none or a position outside of its output.
 * @example
 * import { nn, randn } from "convsmith";
 * import { effectiveField } from "convsmith/analysis";
 * const field = await effectiveField(new nn.Conv2d(1, 4, 3), [randn([1, 1, 8, 8])], "", [2, 2]);
 * console.log(field.values.filter((value) => value > 0).length); // 9
 */
export async function effectiveField(
  network: Network,
  inputs: readonly Tensor[],
  layer: string,
  position: Position,
  options: { readonly seed?: number; readonly onProgress?: (done: number, total: number) => void } = {},
): Promise<EffectiveField> {
  const generator = new Generator(options.seed ?? 0);
  const [height, width] = planeOf(inputs[0]!);
  const values = new Float64Array(height * width);
  for (const [done, x] of inputs.entries()) {
    options.onProgress?.(done, inputs.length);
    const recording = recordCall(network, x);
    if (recording.error !== null) throw recording.error;
    const { node } = findLayer(network, recording, layer);
    checkPosition(layer, node, position);
    const [gradient] = grad(new Tensor(node), [x], signsAt(node.shape, position, generator));
    const numbers = (await gradient?.data()) ?? [];
    for (const [at, value] of numbers.entries()) values[at % values.length]! += Math.abs(value);
  }
  options.onProgress?.(inputs.length, inputs.length);
  const sum = values.reduce((total, value) => total + value, 0);
  return { height, width, values: sum > 0 ? values.map((value) => value / sum) : values };
}

/** 1 or -1 at the position in every channel, 0 elsewhere. */
function signsAt(shape: readonly number[], [y, x]: Position, generator: Generator): Tensor {
  const [height, width] = shape.slice(-2) as [number, number];
  const signs = new Float32Array(numel(shape));
  for (let at = y * width + x; at < signs.length; at += height * width) signs[at] = generator.integer(2) === 0 ? -1 : 1;
  return tensor(signs, shape);
}

/** The smallest circle around the centre of mass that holds `share` of it; null where there is no mass. */
export function holdingCircle({ values, width }: EffectiveField, share = 0.9): HoldingCircle | null {
  let [y, x] = [0, 0];
  for (const [at, value] of values.entries()) {
    y += value * Math.floor(at / width);
    x += value * (at % width);
  }
  const far = Array.from(values, (value, at) => ({
    value,
    distance: Math.hypot(Math.floor(at / width) - y, (at % width) - x),
  }));
  far.sort((a, b) => a.distance - b.distance);
  let held = 0;
  for (const { value, distance } of far) {
    held += value;
    // Sums of rounded numbers may stay just under a share of 1.
    if (held >= share - 1e-9) return { y, x, radius: distance };
  }
  return null;
}
