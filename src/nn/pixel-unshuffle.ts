import type { Tensor } from "../tensor/index.ts";
import { pixelUnshuffle } from "./functional.ts";
import { Module } from "./module.ts";

/** [N, C, H·r, W·r] → [N, C·r², H, W]: the inverse of PixelShuffle. */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    this.downscaleFactor = downscaleFactor;
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}
