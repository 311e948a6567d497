import type { Tensor } from "../tensor/index.ts";
import { channelShuffle } from "./functional.ts";
import { Module } from "./module.ts";

/** [N, C, H, W] → [N, C, H, W]: the channels of `groups` groups dealt out in turn. @throws ShapeError unless groups divides C. */
export class ChannelShuffle extends Module {
  readonly groups: number;

  constructor(groups: number) {
    super();
    this.groups = groups;
  }

  forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
