import { outputSizes } from "./1-output-sizes.ts";
import { parametersAndFlops } from "./2-parameters-flops.ts";
import { receptiveFields } from "./3-receptive-fields.ts";
import { upsampling } from "./4-upsampling.ts";
import { subPixel } from "./5-sub-pixel.ts";
import { stableSoftmax } from "./6-softmax.ts";
import { trainingTemplate } from "./7-training.ts";
import type { Topic } from "./topic.ts";

/** The small curriculum of convolutional networks, in order. */
export const topics: readonly Topic[] = [
  { title: "Output sizes", run: outputSizes },
  { title: "Parameters and FLOPs", run: parametersAndFlops },
  { title: "Receptive fields", run: receptiveFields },
  { title: "Transposed convolution and bicubic interpolation", run: upsampling },
  { title: "Sub-pixel convolution: ESPCN", run: subPixel },
  { title: "The stable softmax", run: stableSoftmax },
  { title: "The training template", run: trainingTemplate },
];
