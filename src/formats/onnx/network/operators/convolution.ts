import * as ops from "../../../../ops/index.ts";
import { Tensor } from "../../../../tensor/index.ts";
import type { Call } from "../call.ts";
import type { Operators } from "../operator.ts";
import { asKernel, asPicture, pair } from "./spatial.ts";
import { convolveVolume, planeOf, transposeVolume } from "./volume.ts";
import { sides, type Windows, windowsOf } from "./windows.ts";

function attributesOf({ stride, dilation, begin, end }: Windows, groups: number) {
  return {
    stride: pair(stride, 1),
    dilation: pair(dilation, 1),
    padding: [...pair(begin, 0), ...pair(end, 0)] as const,
    groups,
  };
}

/** A kernel of three axes becomes as many kernels of two: a weight need not be stored, so that it may claim any. */
const deepest = 2 ** 10;

function kernelOf(call: Call): readonly number[] {
  const kernel = call.shape(1).slice(2);
  const told = call.ints("kernel_shape") ?? kernel;
  if (`${told}` !== `${kernel}`)
    call.fail(`kernel_shape [${told.join(", ")}] is not its weight's [${kernel.join(", ")}]`);
  if (kernel.length === 3 && kernel[0]! > deepest)
    call.refuse(`kernels of at most ${deepest} in depth are supported, got [${kernel.join(", ")}]`);
  return kernel;
}

/** pads follow from output_shape, or from auto_pad, where one of these is given. */
function transposedWindows(call: Call, sizes: readonly number[]): { windows: Windows; extra: number[] } {
  const kernel = kernelOf(call);
  const autoPad = call.text("auto_pad", "NOTSET");
  const same = autoPad.startsWith("SAME");
  const windows = windowsOf(call, sizes, kernel);
  const extra = call.ints("output_padding") ?? sizes.map(() => 0);
  const shape = call.ints("output_shape");
  if (!shape && !same) return { windows, extra };
  const { stride, dilation } = windows;
  const wanted = shape ? shape.slice(-sizes.length) : sizes.map((size, axis) => size * stride[axis]!);
  const totals = sizes.map((size, axis) => {
    const full = stride[axis]! * (size - 1) + extra[axis]! + (kernel[axis]! - 1) * dilation[axis]! + 1;
    return full - wanted[axis]!;
  });
  // What is wanted beyond the full result is zeros (and the bias) at the end.
  const cut = sides(
    call,
    autoPad === "SAME_UPPER" ? autoPad : "SAME_LOWER",
    totals.map((total) => Math.max(total, 0)),
  );
  return { windows: { ...windows, ...cut }, extra: extra.map((each, axis) => each + Math.max(-totals[axis]!, 0)) };
}

const sized = (numbers: readonly number[]) => numbers.join("×");

export const convolutions: Operators = {
  Conv: {
    record(call) {
      const x = call.tensor(0);
      const windows = windowsOf(call, x.shape.slice(2), kernelOf(call));
      const groups = call.int("group", 1);
      const [weight, bias] = [call.tensor(1), call.optional(2)];
      if (x.dim === 5) return convolveVolume(x, weight, bias, windows, attributesOf(planeOf(windows), groups));
      return asPicture(call, x, (picture) => {
        const attributes = attributesOf(windows, groups);
        return new Tensor(ops.recordConv2d(picture.node, asKernel(weight).node, bias?.node ?? null, attributes));
      });
    },
    describe([, weight], call) {
      if (!weight || weight.length < 3) return "";
      const groups = call.int("group", 1);
      const [outputs, inputs, ...kernel] = weight;
      return `${inputs! * groups}→${outputs}, ${sized(kernel)}${groups > 1 ? `, ${groups} groups` : ""}`;
    },
  },
  ConvTranspose: {
    record(call) {
      const x = call.tensor(0);
      const { windows, extra } = transposedWindows(call, x.shape.slice(2));
      const groups = call.int("group", 1);
      const [weight, bias] = [call.tensor(1), call.optional(2)];
      const attributes = (each: Windows, more: readonly number[]) => ({
        ...attributesOf(each, groups),
        output_padding: pair(more, 0),
      });
      if (x.dim === 5) {
        const plane = attributes(planeOf(windows), extra.slice(1));
        return transposeVolume(x, weight, bias, windows, extra[0]!, plane);
      }
      return asPicture(call, x, (picture) => {
        const { node } = asKernel(weight);
        const all = attributes(windows, extra);
        return new Tensor(ops.recordConvTranspose2d(picture.node, node, bias?.node ?? null, all));
      });
    },
    describe([, weight], call) {
      if (!weight || weight.length < 3) return "";
      const [inputs, outputs, ...kernel] = weight;
      return `${inputs}→${outputs! * call.int("group", 1)}, ${sized(kernel)}`;
    },
  },
};
