import { ArgumentError } from "../core/errors.ts";
import { closestNames } from "../core/names.ts";
import { Espcn } from "./espcn.ts";
import { Fsrcnn } from "./fsrcnn.ts";
import { LeNet } from "./lenet.ts";
import { LeNet5 } from "./lenet5.ts";
import { MnistCnn } from "./mnist-cnn.ts";
import type { ModelOptions, ReadyModel } from "./ready-model.ts";
import { Srcnn } from "./srcnn.ts";
import { torchvisionModels } from "./torchvision.ts";
import { Unet } from "./unet.ts";

/** The networks that have a name: each call makes one, with fresh weights from the default generator. */
export const models: Readonly<Record<string, (options?: ModelOptions) => ReadyModel>> = {
  espcn: ({ scale = 3 } = {}) => ({ network: new Espcn(scale), inputHint: [1, 1, 17, 17] }),
  fsrcnn: ({ scale = 3 } = {}) => ({ network: new Fsrcnn(scale), inputHint: [1, 1, 17, 17] }),
  lenet: ({ classes } = {}) => ({ network: new LeNet({ classes: classes ?? 10 }), inputHint: [1, 1, 28, 28] }),
  lenet5: ({ classes } = {}) => ({ network: new LeNet5(classes), inputHint: [1, 1, 28, 28] }),
  mnistCnn: ({ classes } = {}) => ({ network: new MnistCnn(classes), inputHint: [1, 1, 28, 28] }),
  srcnn: () => ({ network: new Srcnn(), inputHint: [1, 1, 33, 33] }),
  unet: ({ classes = 2 } = {}) => ({ network: new Unet({ classes }), inputHint: [1, 1, 256, 256] }),
  ...torchvisionModels,
};

/** Names whose networks take a scale. */
export const scalable: readonly string[] = ["espcn", "fsrcnn"];

/**
 * The network of that name, whatever its case: those of torchvision have its names and state_dict keys.
 * @throws ArgumentError that tells the closest names.
 * @example
 * import { models } from "convsmith";
 * const { network, inputHint } = models.createModel("espcn", { scale: 2 });
 * console.log(network.parameters().length, inputHint); // 6 [1, 1, 17, 17]
 */
export function createModel(name: string, options: ModelOptions = {}): ReadyModel {
  const known = Object.keys(models).find((each) => each.toLowerCase() === name.toLowerCase());
  if (!known) {
    const close = closestNames(name, Object.keys(models)).join(", ");
    throw new ArgumentError(`no network is called ${name}. Close are ${close}; Object.keys(models) are all.`);
  }
  return models[known]!(options);
}
