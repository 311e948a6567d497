import { functional as F } from "../../../../nn/index.ts";
import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Windows } from "./windows.ts";

/** Windows of height and width, of three axes that begin with depth. */
export const planeOf = (windows: Windows): Windows => ({
  kernel: windows.kernel.slice(1),
  stride: windows.stride.slice(1),
  dilation: windows.dilation.slice(1),
  begin: windows.begin.slice(1),
  end: windows.end.slice(1),
});

type Volume = [batch: number, channels: number, depth: number, height: number, width: number];

/** The kernel at one depth. */
function tapOf(weight: Tensor, tap: number): Tensor {
  const [outputs, inputs, , height, width] = weight.shape as Volume;
  return weight.slice(2, tap, tap + 1).reshape(outputs, inputs, height, width);
}

const total = (parts: readonly Tensor[]) => parts.reduce((sum, part) => sum.add(part));

type Attributes = Parameters<typeof ops.recordConv2d>[3];

/** [N, Ci, D, H, W] → [N, Co, D', H', W']: the sum over the depth of the kernel of 2-D convolutions of slices. */
export function convolveVolume(x: Tensor, weight: Tensor, bias: Tensor | null, w: Windows, plane: Attributes): Tensor {
  const [batch, channels, depth, height, width] = x.shape as Volume;
  const [kernel, stride, dilation, begin, end] = firsts(w);
  const slices = F.pad(x.permute(0, 2, 1, 3, 4), [0, 0, 0, 0, 0, 0, begin, end]);
  const outputs = Math.floor((depth + begin + end - dilation * (kernel - 1) - 1) / stride) + 1;
  const parts = Array.from({ length: kernel }, (_, tap) => {
    const first = tap * dilation;
    const taken = slices.slice(1, first, first + (outputs - 1) * stride + 1, stride);
    const pictures = taken.reshape(batch * outputs, channels, height, width);
    const own = tap === 0 ? (bias?.node ?? null) : null;
    return new Tensor(ops.recordConv2d(pictures.node, tapOf(weight, tap).node, own, plane));
  });
  const sum = total(parts);
  return sum.reshape(batch, outputs, ...sum.shape.slice(1)).permute(0, 2, 1, 3, 4);
}

type TransposedAttributes = Parameters<typeof ops.recordConvTranspose2d>[3];

/** The transposed one: each slice's results, `stride` apart, moved by the depth of their tap, are added. */
export function transposeVolume(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  w: Windows,
  extra: number,
  plane: TransposedAttributes,
): Tensor {
  const [batch, channels, depth, height, width] = x.shape as Volume;
  const [kernel, stride, dilation, begin, end] = firsts(w);
  const spread = (depth - 1) * stride + 1;
  const full = spread + (kernel - 1) * dilation + extra;
  const slices = x.permute(0, 2, 1, 3, 4).reshape(batch * depth, channels, height, width);
  let picture: readonly number[] = [];
  const parts = Array.from({ length: kernel }, (_, tap) => {
    const y = new Tensor(ops.recordConvTranspose2d(slices.node, tapOf(weight, tap).node, null, plane));
    picture = y.shape.slice(1);
    const apart = F.pad(y.reshape(batch, depth, 1, -1), [0, 0, 0, stride - 1]).reshape(batch, depth * stride, -1);
    const before = tap * dilation;
    return F.pad(apart.slice(1, 0, spread), [0, 0, before, full - spread - before]);
  });
  const sum = total(parts).slice(1, begin, full - end);
  const volume = sum.reshape(batch, sum.shape[1]!, ...picture).permute(0, 2, 1, 3, 4);
  return bias ? volume.add(bias.reshape(-1, 1, 1, 1)) : volume;
}

const firsts = ({ kernel, stride, dilation, begin, end }: Windows) =>
  [kernel[0]!, stride[0]!, dilation[0]!, begin[0]!, end[0]!] as const;

/** Pools height and width, then depth: `pool` takes [N, C, H, W] and windows of two axes. */
export function poolVolume(x: Tensor, w: Windows, pool: (x: Tensor, windows: Windows) => Tensor): Tensor {
  const [batch, channels, depth, height, width] = x.shape as Volume;
  const planes = pool(x.reshape(batch * channels, depth, height, width), planeOf(w));
  const [, , rows, columns] = planes.shape as [number, number, number, number];
  const along = ([first]: readonly number[], rest: number) => [first!, rest];
  const deep = {
    kernel: along(w.kernel, 1),
    stride: along(w.stride, 1),
    dilation: along(w.dilation, 1),
    begin: along(w.begin, 0),
    end: along(w.end, 0),
  };
  const result = pool(planes.reshape(batch * channels, 1, depth, rows * columns), deep);
  return result.reshape(batch, channels, -1, rows, columns);
}
