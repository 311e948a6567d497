import type { WindowRule } from "../../core/op.ts";

export const channelShuffleWindow: WindowRule = (outputIndex) => [outputIndex, outputIndex];
