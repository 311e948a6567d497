import type { PytorchRule } from "../../core/pytorch.ts";

export const channelShufflePytorch: PytorchRule = ([x], _types, { groups }) => `torch.channel_shuffle(${x}, ${groups})`;
