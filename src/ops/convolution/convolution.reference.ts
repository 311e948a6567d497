import type { Reference } from "../../core/op.ts";
import type { ConvTransposeAttributes } from "./conv-transpose2d.ts";
import type { ConvolutionAttributes } from "./geometry.ts";
import type { WeightGradientAttributes } from "./weight-gradient.ts";

export const conv2dReference: Reference = (
  [input, weight, bias],
  output,
  [inputType, weightType],
  outputType,
  attributes,
) => {
  const { stride, padding, dilation, groups } = attributes as ConvolutionAttributes;
  const [, channels, height, width] = inputType!.shape as [number, number, number, number];
  const [, perGroup, kernelHeight, kernelWidth] = weightType!.shape as [number, number, number, number];
  const [batch, outputs, outputHeight, outputWidth] = outputType.shape as [number, number, number, number];
  let at = 0;
  for (let n = 0; n < batch; n++) {
    for (let co = 0; co < outputs; co++) {
      const firstChannel = Math.floor(co / (outputs / groups)) * perGroup;
      for (let oy = 0; oy < outputHeight; oy++) {
        for (let ox = 0; ox < outputWidth; ox++) {
          let total = 0;
          for (let ci = 0; ci < perGroup; ci++) {
            for (let ky = 0; ky < kernelHeight; ky++) {
              const y = oy * stride[0] - padding[0] + ky * dilation[0];
              if (y < 0 || y >= height) continue;
              const row = ((n * channels + firstChannel + ci) * height + y) * width;
              const weightRow = ((co * perGroup + ci) * kernelHeight + ky) * kernelWidth;
              for (let kx = 0; kx < kernelWidth; kx++) {
                const x = ox * stride[1] - padding[1] + kx * dilation[1];
                if (x >= 0 && x < width) total += input![row + x]! * weight![weightRow + kx]!;
              }
            }
          }
          output[at++] = bias ? total + bias[co]! : total;
        }
      }
    }
  }
};

export const convTranspose2dReference: Reference = (
  [input, weight, bias],
  output,
  [inputType, weightType],
  outputType,
  attributes,
) => {
  const { stride, padding, dilation, groups } = attributes as ConvTransposeAttributes;
  const [, channels, height, width] = inputType!.shape as [number, number, number, number];
  const [, perGroup, kernelHeight, kernelWidth] = weightType!.shape as [number, number, number, number];
  const [batch, outputs, outputHeight, outputWidth] = outputType.shape as [number, number, number, number];
  const group = channels / groups;
  let at = 0;
  for (let n = 0; n < batch; n++) {
    for (let co = 0; co < outputs; co++) {
      const firstChannel = Math.floor(co / perGroup) * group;
      for (let oy = 0; oy < outputHeight; oy++) {
        for (let ox = 0; ox < outputWidth; ox++) {
          let total = 0;
          for (let ky = 0; ky < kernelHeight; ky++) {
            const y = (oy + padding[0] - ky * dilation[0]) / stride[0];
            if (!Number.isInteger(y) || y < 0 || y >= height) continue;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const x = (ox + padding[1] - kx * dilation[1]) / stride[1];
              if (!Number.isInteger(x) || x < 0 || x >= width) continue;
              for (let ci = firstChannel; ci < firstChannel + group; ci++) {
                total +=
                  input![((n * channels + ci) * height + y) * width + x]! *
                  weight![((ci * perGroup + (co % perGroup)) * kernelHeight + ky) * kernelWidth + kx]!;
              }
            }
          }
          output[at++] = bias ? total + bias[co]! : total;
        }
      }
    }
  }
};

export const conv2dWeightGradientReference: Reference = (
  [input, gradOutput],
  output,
  [inputType, gradType],
  outputType,
  attributes,
) => {
  const { stride, padding, dilation, groups } = attributes as WeightGradientAttributes;
  const [batch, channels, height, width] = inputType!.shape as [number, number, number, number];
  const [, , outputHeight, outputWidth] = gradType!.shape as [number, number, number, number];
  const [outputs, perGroup, kernelHeight, kernelWidth] = outputType.shape as [number, number, number, number];
  let at = 0;
  for (let co = 0; co < outputs; co++) {
    const firstChannel = Math.floor(co / (outputs / groups)) * perGroup;
    for (let ci = firstChannel; ci < firstChannel + perGroup; ci++) {
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          let total = 0;
          for (let n = 0; n < batch; n++) {
            for (let oy = 0; oy < outputHeight; oy++) {
              const y = oy * stride[0] - padding[0] + ky * dilation[0];
              if (y < 0 || y >= height) continue;
              const row = ((n * channels + ci) * height + y) * width;
              const gradRow = ((n * outputs + co) * outputHeight + oy) * outputWidth;
              for (let ox = 0; ox < outputWidth; ox++) {
                const x = ox * stride[1] - padding[1] + kx * dilation[1];
                if (x >= 0 && x < width) total += input![row + x]! * gradOutput![gradRow + ox]!;
              }
            }
          }
          output[at++] = total;
        }
      }
    }
  }
};
