import type { Shape } from "../core/shape.ts";
import type * as nn from "../nn/index.ts";

export interface ModelOptions {
  /** How much a super-resolution network enlarges. Default 3. */
  readonly scale?: number;
  /** How many classes a classifier tells apart. Default 10 for digits, 1000 for torchvision's networks, 2 for unet. */
  readonly classes?: number;
  /** googlenet (default false) and inception_v3 (default true): the auxiliary heads for training. */
  readonly auxLogits?: boolean;
  /** googlenet and inception_v3: for pictures normalised by ImageNet's statistics. Default false. */
  readonly transformInput?: boolean;
  /** Channels, relative to the network's own: of the networks that `widthScalable` names. Default 1. */
  readonly widthMultiplier?: number;
}

/** A network and a shape of input that it takes. */
export interface ReadyModel {
  readonly network: nn.Layer;
  readonly inputHint: Shape;
}
