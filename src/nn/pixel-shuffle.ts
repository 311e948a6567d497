import type { Tensor } from "../tensor/index.ts";
import { pixelShuffle } from "./functional.ts";
import { Module } from "./module.ts";

/** [N, C·r², H, W] → [N, C, H·r, W·r]: sub-pixel convolution's last step (Shi et al., 2016). */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    this.upscaleFactor = upscaleFactor;
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}
