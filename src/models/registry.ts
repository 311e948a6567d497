import { ArgumentError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import type * as nn from "../nn/index.ts";
import { Espcn } from "./espcn.ts";
import { Fsrcnn } from "./fsrcnn.ts";
import { LeNet } from "./lenet.ts";
import { LeNet5 } from "./lenet5.ts";
import { MnistCnn } from "./mnist-cnn.ts";
import { Srcnn } from "./srcnn.ts";

export interface ModelOptions {
  /** How much a super-resolution network enlarges. Default 3. */
  readonly scale?: number;
  /** How many classes a classifier tells apart. Default 10. */
  readonly classes?: number;
}

/** A network and a shape of input that it takes. */
export interface ReadyModel {
  readonly network: nn.Layer;
  readonly inputHint: Shape;
}

/** The networks that have a name: each call makes one, with fresh weights from the default generator. */
export const models: Readonly<Record<string, (options?: ModelOptions) => ReadyModel>> = {
  espcn: ({ scale = 3 } = {}) => ({ network: new Espcn(scale), inputHint: [1, 1, 17, 17] }),
  fsrcnn: ({ scale = 3 } = {}) => ({ network: new Fsrcnn(scale), inputHint: [1, 1, 17, 17] }),
  lenet: ({ classes } = {}) => ({ network: new LeNet({ classes: classes ?? 10 }), inputHint: [1, 1, 28, 28] }),
  lenet5: ({ classes } = {}) => ({ network: new LeNet5(classes), inputHint: [1, 1, 28, 28] }),
  mnistCnn: ({ classes } = {}) => ({ network: new MnistCnn(classes), inputHint: [1, 1, 28, 28] }),
  srcnn: () => ({ network: new Srcnn(), inputHint: [1, 1, 33, 33] }),
};

/**
 * The network of that name, whatever its case.
 * @throws ArgumentError that lists the names there are.
 * @example
 * import { models } from "convsmith";
 * const { network, inputHint } = models.createModel("espcn", { scale: 2 });
 * console.log(network.parameters().length, inputHint); // 6 [1, 1, 17, 17]
 */
export function createModel(name: string, options: ModelOptions = {}): ReadyModel {
  const known = Object.keys(models).find((each) => each.toLowerCase() === name.toLowerCase());
  if (!known) throw new ArgumentError(`no network is called ${name}. There are ${Object.keys(models).join(", ")}.`);
  return models[known]!(options);
}
