import { FieldMap, recordNetwork } from "../analysis/index.ts";
import { ConvsmithError } from "../core/errors.ts";
import type { Node } from "../core/node.ts";
import type { Interval } from "../core/op.ts";
import type { Module } from "../nn/index.ts";
import { winogradTile } from "../ops/convolution/winograd-tile.ts";
import type { Tensor } from "../tensor/index.ts";

/** Input pixels in which the reach is looked for: strides of up to this many repeat within them. */
const positions = 8;
/** Far enough inside that the middle's receptive field is the general one. */
const side = 512;

/**
 * How many input pixels, beyond a block of `alignment` x `alignment` that starts at multiples of it, the bits of its outputs
 * depend on: all that is computed together with what its outputs depend on.
 * @throws ConvsmithError for a network whose pixels depend on the whole picture.
 */
export function overlapOf(network: Module & { forward(x: Tensor): Tensor }, scale: number, alignment: number): number {
  const recording = recordNetwork(network, [1, 1, side, side]);
  const fields = new FieldMap(recording, winogradTile);
  const first = side / 2;
  let overlap = 0;
  for (const axis of [0, 1] as const) {
    for (let at = first * scale; at < (first + alignment) * scale; at++) {
      const seen = intervalOf(network, fields, recording.outputs[0]!, axis, at);
      if (seen) overlap = Math.max(overlap, first - seen[0], seen[1] - (first + alignment - 1));
    }
  }
  return overlap;
}

/**
 * How many input pixels, beyond the one that it lies in, an output pixel of a network that enlarges `scale` times depends
 * on, on any side: from the windows of its ops, nothing is computed.
 * @throws ConvsmithError for a network whose pixels depend on the whole picture.
 */
export function haloOf(network: Module & { forward(x: Tensor): Tensor }, scale: number): number {
  const recording = recordNetwork(network, [1, 1, side, side]);
  const fields = new FieldMap(recording);
  let halo = 0;
  for (const axis of [0, 1] as const) {
    for (let at = side / 2; at < side / 2 + positions; at++) {
      for (let phase = 0; phase < scale; phase++) {
        const seen = intervalOf(network, fields, recording.outputs[0]!, axis, at * scale + phase);
        if (seen) halo = Math.max(halo, at - seen[0], seen[1] - at);
      }
    }
  }
  return halo;
}

/** What an output position sees, undefined for nothing. @throws ConvsmithError where that is everything. */
function intervalOf(network: Module, fields: FieldMap, output: Node, axis: 0 | 1, at: number) {
  const seen: Interval | undefined = fields.interval(output, axis, at);
  if (seen === null) {
    throw new ConvsmithError(
      `${network.constructor.name}: every pixel depends on the whole picture, so it cannot be enlarged in tiles`,
    );
  }
  return seen;
}
