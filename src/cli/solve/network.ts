import { type AcceptedSizes, acceptedInputs, type Network } from "../../analysis/index.ts";
import { findModel } from "../model.ts";

export interface Question {
  readonly network: Network;
  readonly shape: readonly number[];
  /** Another network of the kind. */
  readonly make: () => Promise<Network>;
}

/** The network that a user names, and --input or else a shape that the network takes. */
export async function networkFor(
  model: string,
  input: readonly number[] | undefined,
  scale?: number,
): Promise<Question> {
  const request = { ...(input && { input: input.join("x") }), ...(scale === undefined ? {} : { scale }) };
  const { network, inputShape, make } = await findModel(model, request, usualInput);
  return { network, shape: inputShape, make };
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
