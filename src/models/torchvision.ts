import type { Shape } from "../core/shape.ts";
import type * as nn from "../nn/index.ts";
import { AlexNet } from "./alexnet.ts";
import type { ClassifierOptions, WidthOptions } from "./blocks/options.ts";
import { ConvNeXt, convnexts } from "./convnext.ts";
import { DenseNet, densenets } from "./densenet.ts";
import { EfficientNet } from "./efficientnet.ts";
import { efficientnets } from "./efficientnet-configs.ts";
import { GoogLeNet } from "./googlenet.ts";
import { InceptionV3 } from "./inception-v3.ts";
import { MnasNet, mnasnets } from "./mnasnet.ts";
import { MobileNetV2 } from "./mobilenet-v2.ts";
import { MobileNetV3, mobilenetsV3 } from "./mobilenet-v3.ts";
import type { ModelOptions, ReadyModel } from "./ready-model.ts";
import { RegNet, regnets } from "./regnet.ts";
import { ResNet, resnets } from "./resnet.ts";
import { ShuffleNetV2, shufflenetsV2 } from "./shufflenet-v2.ts";
import { SqueezeNet, squeezenets } from "./squeezenet.ts";
import { Vgg, vggs } from "./vgg.ts";

type Factory = (options?: ModelOptions) => ReadyModel;
type Options = ClassifierOptions & WidthOptions & Pick<ModelOptions, "auxLogits" | "transformInput">;

const imagenet: Shape = [1, 3, 224, 224];

const factory =
  (make: (options: Options) => nn.Layer, inputHint = imagenet): Factory =>
  ({ classes, scale: _, ...options } = {}) => ({
    network: make(classes === undefined ? options : { ...options, numClasses: classes }),
    inputHint,
  });

/** A factory for each configuration of a family. */
function family<Config>(
  Network: new (config: Config, options: ClassifierOptions & WidthOptions) => nn.Layer,
  configs: Readonly<Record<string, Config>>,
): Record<string, Factory> {
  const entries = Object.entries(configs);
  return Object.fromEntries(
    entries.map(([name, config]) => [name, factory((options) => new Network(config, options))]),
  );
}

/** Classifiers of torchvision, under its names. */
export const torchvisionModels: Readonly<Record<string, Factory>> = {
  alexnet: factory((options) => new AlexNet(options)),
  ...family(ConvNeXt, convnexts),
  ...family(DenseNet, densenets),
  ...family(EfficientNet, efficientnets),
  googlenet: factory((options) => new GoogLeNet(options)),
  inception_v3: factory((options) => new InceptionV3(options), [1, 3, 299, 299]),
  ...family(MnasNet, mnasnets),
  mobilenet_v2: factory((options) => new MobileNetV2(options)),
  ...family(MobileNetV3, mobilenetsV3),
  ...family(RegNet, regnets),
  ...family(ResNet, resnets),
  ...family(ShuffleNetV2, shufflenetsV2),
  ...family(SqueezeNet, squeezenets),
  ...family(Vgg, vggs),
};
