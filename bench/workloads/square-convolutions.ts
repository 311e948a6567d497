import type { Workload } from "../lib/workload.ts";

/**
 * As kernels are usually compared by, alone and with its gradients: of two layers, since the first has no input gradient.
 * Targets are shares of the WASM peak, in FLOPs of the direct formula; Winograd's algorithm needs fewer.
 */
export const squareConvolutions: {
  readonly workload: Workload;
  readonly targets: Readonly<Record<"forward" | "gradients", { readonly direct: number; readonly winograd: number }>>;
} = {
  workload: {
    name: "conv3x3-8x64x56x56",
    kind: "training",
    network: [
      ["Conv2d", 64, 64, 3, { padding: 1 }],
      ["Conv2d", 64, 64, 3, { padding: 1 }],
    ],
    input: [8, 64, 56, 56],
    loss: "MSELoss",
    peers: {},
  },
  targets: {
    forward: { direct: 0.8, winograd: 2.4 },
    gradients: { direct: 0.75, winograd: 2 },
  },
};
