import { ArgumentError } from "../core/errors.ts";
import type { Node } from "../core/node.ts";
import * as ops from "../ops/index.ts";
import { Buffer, engine, noGrad, operand, Parameter, Tensor } from "../tensor/index.ts";
import { Counter } from "./counter.ts";
import * as init from "./init.ts";
import { Module } from "./module.ts";
import { keywords, shapeOf } from "./repr.ts";

export interface BatchNorm2dOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** The share of the new batch in the running statistics; null averages all batches alike. Default 0.1. */
  readonly momentum?: number | null;
  /** Learnable weight and bias. Default true. */
  readonly affine?: boolean;
  /** False: no running statistics, the batch's own in evaluation too. Default true. */
  readonly trackRunningStats?: boolean;
}

/**
 * Batch normalisation of [N, C, H, W] per channel: (x - mean) / √(variance + eps) · weight + bias, by the batch's own
 * statistics in training and the running ones in evaluation. Every training forward moves the running statistics once,
 * in recording order. Its buffers carry their state_dict keys: running_mean, running_var, num_batches_tracked.
 * @example
 * import { nn, zeros } from "convsmith";
 * const norm = new nn.BatchNorm2d(8);
 * console.log([...norm.stateDict().keys()]); // weight, bias, running_mean, running_var, num_batches_tracked
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly running_mean: Buffer | null;
  readonly running_var: Buffer | null;
  readonly num_batches_tracked: Counter | null;
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(numFeatures: number, options: BatchNorm2dOptions = {}) {
    super();
    if (!Number.isInteger(numFeatures) || numFeatures < 1) {
      throw new ArgumentError(`BatchNorm2d: numFeatures needs a whole number from 1, got ${numFeatures}`);
    }
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
    const shape = [numFeatures];
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(shape, init.ones(shape), "weight") : null;
    this.bias = affine ? new Parameter(shape, init.zeros(shape), "bias") : null;
    this.running_mean = trackRunningStats ? new Buffer(shape, init.zeros(shape), "running_mean") : null;
    this.running_var = trackRunningStats ? new Buffer(shape, init.ones(shape), "running_var") : null;
    this.num_batches_tracked = trackRunningStats ? new Counter("num_batches_tracked") : null;
  }

  forward(x: Tensor): Tensor {
    const { eps, running_mean, running_var } = this;
    const options = { eps, weight: this.weight?.node ?? null, bias: this.bias?.node ?? null };
    if (!this.training && running_mean && running_var) {
      return new Tensor(ops.batchNorm2d(x.node, running_mean.node, running_var.node, options));
    }
    const { output, mean, variance } = ops.batchNorm2dTraining(x.node, options);
    if (this.training && running_mean && running_var) {
      const count = this.num_batches_tracked!.increment();
      noGrad(() => {
        for (const [running, now] of [
          [running_mean, mean],
          [running_var, variance],
        ] as const) {
          engine().assign(running.cell, moved(running.node, now, this.momentum, count));
        }
      });
    }
    return new Tensor(output);
  }

  override extraRepr(): string {
    const { eps, momentum } = this;
    const flags = { affine: this.weight !== null, track_running_stats: this.running_mean !== null };
    return `${this.numFeatures}, ${keywords({ eps: eps === 1e-5 ? "1e-05" : eps, momentum, ...flags })}`;
  }

  override describe(): string {
    return `BatchNorm2d ${this.numFeatures}`;
  }

  override advise(inputs: readonly unknown[]): string {
    const channels = shapeOf(inputs)?.[1];
    return channels === undefined || channels === this.numFeatures ? "" : `Use new nn.BatchNorm2d(${channels}).`;
  }
}

/** The running statistic after a batch's own, the `count`th. */
function moved(running: Node, now: Node, momentum: number | null, count: number): Node {
  // A cumulative average changes its share with every batch: then it is an argument of the plan.
  if (momentum !== null) return ops.blend(running, now, 1 - momentum, momentum);
  const share = 1 / count;
  return ops.add(ops.mul(running, operand(1 - share)), ops.mul(now, operand(share)));
}
