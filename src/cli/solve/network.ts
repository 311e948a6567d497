import { type AcceptedSizes, acceptedInputs, type Network } from "../../analysis/index.ts";
import { type FoundModel, findModel } from "../model.ts";
import type { ModelRequest } from "../model-options.ts";

/** The network that a user names. A module for which no shape of input is known is given one that it takes. */
export async function networkFor(model: string, request: ModelRequest): Promise<FoundModel> {
  return await findModel(model, request, usualInput);
}

/** 224 pixels where the network takes them, otherwise the nearest size that it takes. */
function usualInput(network: Network): number[] {
  const inputs = acceptedInputs(network);
  if (inputs.kind === "vectors") return [1, inputs.features];
  return [1, inputs.channels ?? 3, usualSize(inputs.height), usualSize(inputs.width)];
}

function usualSize({ smallest, largest, step, accepted }: AcceptedSizes): number {
  // Where a few sizes are taken, the first is what the network was made for: a pooling drops the rest of the others.
  if (largest !== null) return smallest;
  const wanted = Math.max(smallest, 224);
  if (step === null) return accepted.findLast((size) => size <= wanted) ?? smallest;
  return smallest + Math.floor((wanted - smallest) / step) * step;
}
