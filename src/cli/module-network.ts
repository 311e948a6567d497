import { loadWeights, type WeightFile } from "../models/node.ts";
import { loadNetworkModule, type Network, type NetworkRequest } from "../training/node.ts";
import { packageModules } from "./package-modules.ts";

/**
 * A network of the user's own with the weights of a file. The module is run, as its user asked.
 * @throws ConvsmithError for a module without a network; StateDictError for weights that do not fit.
 */
export async function moduleNetwork(module: string, file: WeightFile, request: NetworkRequest): Promise<Network> {
  const { create } = await loadNetworkModule(module, await packageModules());
  const network = await create(request);
  loadWeights(network, file);
  return network;
}
