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
  espcn: ({ scale = 3, ...options } = {}) => ({ network: new Espcn(scale, options), inputHint: [1, 1, 17, 17] }),
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

/** Names whose networks take a widthMultiplier. */
export const widthScalable: readonly string[] = Object.keys(models).filter((name) =>
  /^(espcn|mobilenet|mnasnet|shufflenet|resnet(50|101|152)|resnext|wide_resnet)/.test(name),
);

/** The options that the network of this name takes. */
export function optionsOf(name: string): readonly (keyof ModelOptions)[] {
  const width = widthScalable.includes(name) ? (["widthMultiplier"] as const) : [];
  if (scalable.includes(name)) return ["scale", ...width];
  if (name === "srcnn") return [];
  if (name === "googlenet" || name === "inception_v3") return ["classes", "auxLogits", "transformInput"];
  return ["classes", ...width];
}

/**
 * The network of that name, whatever its case: those of torchvision have its names and state_dict keys.
 * @throws ArgumentError that tells the closest names, and for a widthMultiplier that is not above 0 or that a network does not take.
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
  const { widthMultiplier = 1 } = options;
  if (!(widthMultiplier > 0 && Number.isFinite(widthMultiplier))) {
    throw new ArgumentError(`${known}: widthMultiplier needs a number above 0, got ${widthMultiplier}`);
  }
  if (options.widthMultiplier !== undefined && !widthScalable.includes(known)) {
    throw new ArgumentError(`${known}: its width can't be varied. Those that can are ${widthScalable.join(", ")}`);
  }
  return models[known]!(options);
}
