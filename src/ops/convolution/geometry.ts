import { ArgumentError, ShapeError } from "../../core/errors.ts";
import type { Attributes } from "../../core/op.ts";
import type { TensorType } from "../../core/shape.ts";

export type Pair = readonly [height: number, width: number];
export type Sides = readonly [top: number, left: number, bottom: number, right: number];

/** The attributes that all ops of this room have. `padding` may be negative (cropping): gradients need that, users can't ask for it. */
export interface ConvolutionAttributes extends Attributes {
  readonly stride: Pair;
  readonly padding: Sides;
  readonly dilation: Pair;
  readonly groups: number;
}

export interface Conv2dOptions {
  /** Pixels between neighbouring windows. Default 1. */
  readonly stride?: number | Pair;
  /** Zeros around the input: all sides, [height, width], "same" (stride 1 only; an odd rest goes to the bottom and right) or "valid". Default 0. */
  readonly padding?: number | Pair | "same" | "valid";
  /** Pixels between neighbouring taps of the kernel. Default 1. */
  readonly dilation?: number | Pair;
  /** Channels are split into so many independent convolutions. Default 1. */
  readonly groups?: number;
}

/** Fills in and checks the options. `kernel` is the weight's [kh, kw], which "same" needs. @throws ArgumentError */
export function convolutionAttributes(subject: string, kernel: Pair, options: Conv2dOptions): ConvolutionAttributes {
  const stride = pair(subject, "stride", options.stride ?? 1, 1);
  const dilation = pair(subject, "dilation", options.dilation ?? 1, 1);
  const groups = options.groups ?? 1;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ArgumentError(`${subject}: groups needs a whole number from 1, got ${groups}`);
  }
  return { stride, padding: sides(subject, kernel, stride, dilation, options.padding ?? 0), dilation, groups };
}

/** A number or a pair as a pair. @throws ArgumentError */
export function pair(subject: string, name: string, value: number | Pair, least: number): Pair {
  const both: readonly number[] = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(both) || both.length !== 2 || both.some((each) => !Number.isInteger(each) || each < least)) {
    throw new ArgumentError(
      `${subject}: ${name} needs a whole number from ${least}, or [height, width] of two, got ${JSON.stringify(value)}`,
    );
  }
  return [both[0]!, both[1]!];
}

function sides(
  subject: string,
  kernel: Pair,
  stride: Pair,
  dilation: Pair,
  padding: NonNullable<Conv2dOptions["padding"]>,
): Sides {
  if (padding === "valid") return [0, 0, 0, 0];
  if (padding === "same") {
    if (stride[0] !== 1 || stride[1] !== 1) {
      throw new ArgumentError(`${subject}: padding "same" needs stride 1, got [${stride.join(", ")}]`);
    }
    const [height, width] = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)];
    const [top, left] = [Math.floor(height / 2), Math.floor(width / 2)];
    return [top, left, height - top, width - left];
  }
  if (typeof padding === "string") {
    throw new ArgumentError(`${subject}: padding needs a number, a pair, "same" or "valid", got "${padding}"`);
  }
  const [height, width] = pair(subject, "padding", padding, 0);
  return [height, width, height, width];
}

/** `floor((size + padding - dilation · (kernel - 1) - 1) / stride) + 1`, for height (0) or width (1). */
export function convolvedSize(size: number, kernel: number, axis: 0 | 1, attributes: ConvolutionAttributes): number {
  const { stride, padding, dilation } = attributes;
  const room = size + padding[axis] + padding[axis + 2]! - dilation[axis] * (kernel - 1) - 1;
  return Math.floor(room / stride[axis]) + 1;
}

/** The size that a transposed convolution gives, without its output padding. */
export function transposedSize(size: number, kernel: number, axis: 0 | 1, attributes: ConvolutionAttributes): number {
  const { stride, padding, dilation } = attributes;
  return (size - 1) * stride[axis] - padding[axis] - padding[axis + 2]! + dilation[axis] * (kernel - 1) + 1;
}

/** The rows (or columns) that a convolution leaves out at the end of an input of that size: the output padding of its gradient. */
export function leftOut(size: number, kernel: number, axis: 0 | 1, attributes: ConvolutionAttributes): number {
  return size - transposedSize(convolvedSize(size, kernel, axis, attributes), kernel, axis, attributes);
}

/** The rules that the inputs of all ops of this room share. @throws ShapeError, ArgumentError */
export function checkInputs(
  subject: string,
  inputs: readonly TensorType[],
  names: readonly string[],
  layout: string,
): void {
  for (const [index, { shape, dtype }] of inputs.entries()) {
    const name = names[index]!;
    if (shape.length !== 4 && name !== "bias") {
      throw new ShapeError(
        subject,
        `needs 4 dimensions for its ${name}, ${name === "weight" ? layout : "[N, C, H, W]"}`,
        {
          [name]: shape,
        },
      );
    }
    if (dtype !== "float32") throw new ArgumentError(`${subject}: needs a float32 ${name}, got ${dtype}`);
  }
}

/** @throws ShapeError when `bias` isn't one number for each of the output's channels. */
export function checkBias(subject: string, bias: TensorType | undefined, channels: number): void {
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== channels)) {
    throw new ShapeError(subject, `needs a bias of shape [${channels}], one number for each output channel`, {
      bias: bias.shape,
    });
  }
}

/** @throws ShapeError when the groups don't divide `channels`. */
export function checkGroups(subject: string, what: string, channels: number, groups: number): void {
  if (channels % groups !== 0) {
    throw new ShapeError(subject, `needs ${what} channels that ${groups} groups divide`, { channels });
  }
}

export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;
