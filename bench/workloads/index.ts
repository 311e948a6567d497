import type { Workload } from "../lib/workload.ts";
import { workload as bicubic } from "./bicubic-x2.ts";
import { workload as bilinear } from "./bilinear-x2.ts";
import { workload as chromiumEspcn17 } from "./chromium-espcn-x3-training-17.ts";
import { workload as chromiumEspcn64 } from "./chromium-espcn-x3-training-64.ts";
import { workload as chromiumMnist } from "./chromium-mnist-cnn-training.ts";
import { workload as conv5x5Training } from "./conv5x5-training.ts";
import { workload as espcnForward } from "./espcn-x3-forward.ts";
import { workload as espcnTraining17 } from "./espcn-x3-training-17.ts";
import { workload as espcnTraining64 } from "./espcn-x3-training-64.ts";
import { workload as mnistTraining } from "./mnist-cnn-training.ts";
import { workload as mobilenetForward } from "./mobilenet-v2-forward.ts";
import { workload as pixelShuffle } from "./pixel-shuffle-x2.ts";
import { workload as resnetForward } from "./resnet18-forward.ts";
import { workload as resnetTraining } from "./resnet18-training.ts";
import { workload as squeezenetForward } from "./squeezenet1-1-forward.ts";
import { workload as transposedConvolution } from "./transposed-convolution-x2.ts";

export const workloads: readonly Workload[] = [
  espcnForward,
  espcnTraining17,
  espcnTraining64,
  mnistTraining,
  conv5x5Training,
  resnetForward,
  squeezenetForward,
  mobilenetForward,
  resnetTraining,
  bicubic,
  bilinear,
  transposedConvolution,
  pixelShuffle,
  chromiumEspcn17,
  chromiumEspcn64,
  chromiumMnist,
];
