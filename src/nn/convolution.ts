import { ArgumentError } from "../core/errors.ts";
import { Parameter } from "../tensor/index.ts";
import { layerDefaults } from "./init.ts";
import { Module } from "./module.ts";
import { keywords, literal, shapeOf, tuple } from "./repr.ts";

export type Pair = readonly [height: number, width: number];

export interface ConvolutionOptions {
  readonly stride?: number | Pair;
  readonly padding?: number | Pair | "same" | "valid";
  readonly dilation?: number | Pair;
  readonly groups?: number;
  /** False: no bias. Default true. */
  readonly bias?: boolean;
}

/** What Conv2d and ConvTranspose2d share: weight, bias, how they print and what they advise. */
export abstract class Convolution<Options extends ConvolutionOptions> extends Module {
  readonly weight: Parameter;
  /** Null: none. Folding a batch norm gives the layer one. */
  bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Pair;
  readonly options: Options;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | Pair,
    options: Options,
    weightShape: (groups: number, kernel: Pair) => readonly number[],
  ) {
    super();
    const name = this.constructor.name;
    const { groups = 1, bias = true } = options;
    const kernel: Pair = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
    const sizes = { inChannels, outChannels, kernelHeight: kernel[0], kernelWidth: kernel[1], groups };
    for (const [what, value] of Object.entries(sizes)) {
      if (!Number.isInteger(value) || value < 1) {
        throw new ArgumentError(`${name}: ${what} needs a whole number from 1, got ${value}`);
      }
    }
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ArgumentError(
        `${name}: groups needs to divide inChannels and outChannels, got ${groups} for ${inChannels} and ${outChannels}`,
      );
    }
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = kernel;
    this.options = options;
    const shape = weightShape(groups, kernel);
    const defaults = layerDefaults(shape, outChannels);
    this.weight = new Parameter(shape, defaults.weight, "weight");
    this.bias = bias ? new Parameter([outChannels], defaults.bias, "bias") : null;
  }

  override extraRepr(): string {
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = this.options;
    const geometry = keywords({
      kernel_size: this.kernelSize,
      stride: pairOf(stride),
      padding: isZero(padding) ? undefined : typeof padding === "string" ? padding : pairOf(padding),
      dilation: tuple(dilation) === "(1, 1)" ? undefined : pairOf(dilation),
      groups: groups === 1 ? undefined : groups,
      bias: this.bias ? undefined : false,
    });
    return `${this.inChannels}, ${this.outChannels}, ${geometry}`;
  }

  override describe(): string {
    return `${this.constructor.name} ${this.inChannels}→${this.outChannels}, ${this.kernelSize.join("×")}`;
  }

  override advise(inputs: readonly unknown[]): string {
    const shape = shapeOf(inputs);
    if (!shape) return "";
    if (shape.length !== 4) return "Use x.unsqueeze(0) for one picture [C, H, W], or x.reshape(…).";
    const channels = shape[1]!;
    if (channels === this.inChannels) return "";
    const [height, width] = this.kernelSize;
    const kernel = height === width ? height : `[${height}, ${width}]`;
    const list = [channels, this.outChannels, kernel, literal(this.options)].filter((each) => each !== "").join(", ");
    const use = `Use new nn.${this.constructor.name}(${list})`;
    if (this.inChannels === 1 && channels === 3) return `${use}, or convert the picture to grey.`;
    if (this.inChannels === 3 && channels === 4) return `${use}, or drop the picture's alpha channel.`;
    if (this.inChannels === 3 && channels === 1) return `${use}, or repeat the grey channel: x.expand(-1, 3, -1, -1).`;
    return `${use}.`;
  }
}

const pairOf = (value: number | Pair): Pair => (typeof value === "number" ? [value, value] : value);
const isZero = (padding: unknown) => padding === 0 || (Array.isArray(padding) && padding.every((each) => each === 0));
