import { pythonBoolean, pythonNumber, pythonSizes, pythonTuple } from "../../../core/pytorch.ts";
import * as nn from "../../../nn/index.ts";
import { type Argument, type Call, text } from "./code.ts";

/** A layer of PyTorch's that does just what one of ours does. */
export interface LayerForm {
  readonly call: Call;
  /** A class that PyTorch does not have, to be written into the file: its source. */
  readonly helper?: string;
}

const argument = (label: string, value: string): Argument => ({ label, value: text(value), keyword: false });
const option = (label: string, value: string, usual?: string): Argument => ({
  label,
  value: text(value),
  keyword: true,
  ...(usual !== undefined && { usual }),
});
const call = (name: string, ...args: Argument[]): LayerForm => ({ call: { kind: "call", name, args } });

const number = (value: number) => pythonNumber(value);
const sizes = (value: number | readonly (number | null)[]) =>
  typeof value === "number" ? number(value) : pythonSizes(value);
const padding = (value: number | readonly number[] | string) =>
  typeof value === "string" ? `"${value}"` : sizes(value);

// biome-ignore lint/suspicious/noExplicitAny: any class of the list
type Form = (layer: any) => LayerForm;
type Of<T> = (layer: T) => LayerForm;
// biome-ignore lint/suspicious/noExplicitAny: any class of the list
const of = <T extends nn.Module>(type: abstract new (...args: any[]) => T, form: Of<T>): [unknown, Form] => [
  type,
  form,
];

const plain = (type: new () => nn.Module, name: string) => of(type, () => call(`nn.${name}`));

const convolution = (
  name: string,
  { inChannels, outChannels, kernelSize, options, bias }: nn.Conv2d,
  ...more: Argument[]
) =>
  call(
    name,
    argument("in_channels", number(inChannels)),
    argument("out_channels", number(outChannels)),
    argument("kernel_size", sizes(kernelSize)),
    option("stride", sizes(options.stride ?? 1), "1"),
    option("padding", padding(options.padding ?? 0), "0"),
    ...more,
    option("dilation", sizes(options.dilation ?? 1), "1"),
    option("groups", number(options.groups ?? 1), "1"),
    option("bias", pythonBoolean(bias), "True"),
  );

const sides = (name: string) => (padding: readonly number[]) => call(name, argument("padding", pythonSizes(padding)));

const stochasticDepth = `class StochasticDepth(nn.Module):
    """Drops its input in training, for each sample or for the whole batch."""

    def __init__(self, p, mode):
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        size = [x.shape[0] if self.mode == "row" else 1] + [1] * (x.dim() - 1)
        keep = 1 - self.p
        mask = torch.empty(size, dtype=x.dtype, device=x.device).bernoulli_(keep)
        return x * (mask / keep if keep > 0 else mask)
`;

const layerNorm2d = `class LayerNorm2d(nn.LayerNorm):
    """Normalises the channels of each pixel of [N, C, H, W]."""

    def forward(self, x):
        x = F.layer_norm(
            x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps
        )
        return x.permute(0, 3, 1, 2)
`;

const layerNorm = (name: string, { normalizedShape, eps, weight }: nn.LayerNorm) =>
  call(
    name,
    argument(
      "normalized_shape",
      normalizedShape.length === 1 ? number(normalizedShape[0]!) : pythonTuple(normalizedShape),
    ),
    option("eps", number(eps), number(1e-5)),
    option("elementwise_affine", pythonBoolean(weight), "True"),
  );

const forms = new Map<unknown, Form>([
  of(nn.Conv2d, (layer) => convolution("nn.Conv2d", layer)),
  of(nn.ConvTranspose2d, (layer) =>
    convolution(
      "nn.ConvTranspose2d",
      layer as unknown as nn.Conv2d,
      option("output_padding", sizes(layer.options.outputPadding ?? 0), "0"),
    ),
  ),
  of(nn.Linear, ({ inFeatures, outFeatures, bias }) =>
    call(
      "nn.Linear",
      argument("in_features", number(inFeatures)),
      argument("out_features", number(outFeatures)),
      option("bias", pythonBoolean(bias), "True"),
    ),
  ),
  of(nn.BatchNorm2d, ({ numFeatures, eps, momentum, weight, running_mean }) =>
    call(
      "nn.BatchNorm2d",
      argument("num_features", number(numFeatures)),
      option("eps", number(eps), number(1e-5)),
      option("momentum", pythonNumber(momentum), "0.1"),
      option("affine", pythonBoolean(weight), "True"),
      option("track_running_stats", pythonBoolean(running_mean), "True"),
    ),
  ),
  of(nn.LayerNorm, (layer) => layerNorm("nn.LayerNorm", layer)),
  of(nn.LayerNorm2d, (layer) => ({ ...layerNorm("LayerNorm2d", layer), helper: layerNorm2d })),
  of(nn.StochasticDepth, ({ p, mode }) => ({
    ...call("StochasticDepth", argument("p", number(p)), argument("mode", `"${mode}"`)),
    helper: stochasticDepth,
  })),
  of(nn.PReLU, ({ weight }) => call("nn.PReLU", argument("num_parameters", number(weight.numel)))),
  of(nn.MaxPool2d, ({ kernelSize, options }) =>
    call(
      "nn.MaxPool2d",
      argument("kernel_size", sizes(kernelSize)),
      option("stride", sizes(options.stride ?? kernelSize), sizes(kernelSize)),
      option("padding", sizes(options.padding ?? 0), "0"),
      option("dilation", sizes(options.dilation ?? 1), "1"),
      option("ceil_mode", pythonBoolean(options.ceilMode), "False"),
    ),
  ),
  of(nn.AvgPool2d, ({ kernelSize, options }) =>
    call(
      "nn.AvgPool2d",
      argument("kernel_size", sizes(kernelSize)),
      option("stride", sizes(options.stride ?? kernelSize), sizes(kernelSize)),
      option("padding", sizes(options.padding ?? 0), "0"),
      option("ceil_mode", pythonBoolean(options.ceilMode), "False"),
      option("count_include_pad", pythonBoolean(options.countIncludePad ?? true), "True"),
      option("divisor_override", pythonNumber(options.divisorOverride ?? null), "None"),
    ),
  ),
  of(nn.AdaptiveAvgPool2d, ({ outputSize }) =>
    call("nn.AdaptiveAvgPool2d", argument("output_size", sizes(outputSize))),
  ),
  of(nn.Dropout, ({ p }) => call("nn.Dropout", argument("p", number(p)))),
  of(nn.Dropout2d, ({ p }) => call("nn.Dropout2d", argument("p", number(p)))),
  of(nn.Upsample, ({ options: { size, scaleFactor, mode = "nearest", alignCorners = false } }) =>
    call(
      "nn.Upsample",
      option("size", size === undefined ? "None" : sizes(size), "None"),
      option("scale_factor", scaleFactor === undefined ? "None" : sizes(scaleFactor), "None"),
      option("mode", `"${mode}"`, '"nearest"'),
      option("align_corners", mode === "nearest" ? "None" : pythonBoolean(alignCorners), "None"),
    ),
  ),
  of(nn.PixelShuffle, (layer) => call("nn.PixelShuffle", argument("upscale_factor", number(layer.upscaleFactor)))),
  of(nn.PixelUnshuffle, (layer) =>
    call("nn.PixelUnshuffle", argument("downscale_factor", number(layer.downscaleFactor))),
  ),
  of(nn.ChannelShuffle, ({ groups }) => call("nn.ChannelShuffle", argument("groups", number(groups)))),
  of(nn.ZeroPad2d, (layer) => sides("nn.ZeroPad2d")(layer.padding)),
  of(nn.ReflectionPad2d, (layer) => sides("nn.ReflectionPad2d")(layer.padding)),
  of(nn.ReplicationPad2d, (layer) => sides("nn.ReplicationPad2d")(layer.padding)),
  of(nn.ConstantPad2d, ({ padding, value }) =>
    call("nn.ConstantPad2d", argument("padding", pythonSizes(padding)), argument("value", number(value))),
  ),
  of(nn.Flatten, ({ startDim, endDim }) =>
    call("nn.Flatten", option("start_dim", number(startDim), "1"), option("end_dim", number(endDim), "-1")),
  ),
  of(nn.ELU, ({ alpha }) => call("nn.ELU", option("alpha", number(alpha), "1"))),
  of(nn.GELU, ({ approximate }) => call("nn.GELU", option("approximate", `"${approximate}"`, '"none"'))),
  of(nn.LeakyReLU, (layer) => call("nn.LeakyReLU", option("negative_slope", number(layer.negativeSlope), "0.01"))),
  of(nn.Softplus, ({ beta, threshold }) =>
    call("nn.Softplus", option("beta", number(beta), "1"), option("threshold", number(threshold), "20")),
  ),
  of(nn.Softmax, ({ dim }) => call("nn.Softmax", option("dim", number(dim)))),
  of(nn.LogSoftmax, ({ dim }) => call("nn.LogSoftmax", option("dim", number(dim)))),
  plain(nn.ReLU, "ReLU"),
  plain(nn.ReLU6, "ReLU6"),
  plain(nn.SiLU, "SiLU"),
  plain(nn.Hardswish, "Hardswish"),
  plain(nn.Hardsigmoid, "Hardsigmoid"),
  plain(nn.Tanh, "Tanh"),
  plain(nn.Sigmoid, "Sigmoid"),
  plain(nn.Identity, "Identity"),
]);

/** Null for a block: a class of its own, or one that a user has made of a layer. */
export function layerForm(module: nn.Module): LayerForm | null {
  return forms.get(module.constructor)?.(module) ?? null;
}
