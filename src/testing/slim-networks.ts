import type { Node } from "../core/node.ts";
import * as ops from "../ops/index.ts";
import { avgPool, conv, convSame, depthwise, maxPool, type Padding } from "./slim.ts";

/** The end points of a network by name, in order. */
type EndPoints = Map<string, Node>;

/** TF-Slim's networks, as far as their end points are listed. */
export const slimNetworks: Readonly<Record<string, (x: Node) => EndPoints>> = {
  alexnet_v2: alexnet,
  vgg_a: (x) => vgg(x, "vgg_a", [1, 1, 2, 2, 2]),
  vgg_16: (x) => vgg(x, "vgg_16", [2, 2, 3, 3, 3]),
  inception_v2: inceptionV2,
  mobilenet_v1: mobilenetV1,
  resnet_v1_50: resnetV1,
};

function alexnet(x: Node): EndPoints {
  const points: EndPoints = new Map();
  const named = (name: string, y: Node) => points.set(`alexnet_v2/${name}`, y) && y;
  let y = named("conv1", conv(x, 64, 11, 4, "VALID"));
  y = named("pool1", maxPool(y, 3, 2));
  y = named("conv2", conv(y, 192, 5));
  y = maxPool(y, 3, 2);
  y = named("conv3", conv(y, 384, 3));
  y = named("conv4", conv(y, 384, 3));
  y = named("conv5", conv(y, 256, 3));
  named("pool5", maxPool(y, 3, 2));
  return points;
}

function vgg(x: Node, name: string, repeats: readonly number[]): EndPoints {
  const points: EndPoints = new Map();
  let y = x;
  for (const [at, repeat] of repeats.entries()) {
    for (let layer = 1; layer <= repeat; layer++) {
      y = conv(y, Math.min(512, 64 * 2 ** at), 3);
      points.set(`${name}/conv${at + 1}/conv${at + 1}_${layer}`, y);
    }
    y = maxPool(y, 2, 2);
    points.set(`${name}/pool${at + 1}`, y);
  }
  return points;
}

/** A 1×1 convolution, two of which the second is 3×3, three of which two are, and one behind a pool. */
function mixed(
  x: Node,
  [one, [two, twoOut], [three, threeOut], behindPool]: readonly [
    number,
    readonly [number, number],
    readonly [number, number],
    number,
  ],
  pool: (x: Node) => Node = (y) => avgPool(y, 3),
): Node {
  const branches = [
    conv(x, one, 1),
    conv(conv(x, two, 1), twoOut, 3),
    conv(conv(conv(x, three, 1), threeOut, 3), threeOut, 3),
    conv(pool(x), behindPool, 1),
  ];
  return ops.cat(branches, 1);
}

function reduced(x: Node, [one, oneOut, two, twoOut]: readonly [number, number, number, number]): Node {
  const branches = [
    conv(conv(x, one, 1), oneOut, 3, 2),
    conv(conv(conv(x, two, 1), twoOut, 3), twoOut, 3, 2),
    maxPool(x, 3, 2, "SAME"),
  ];
  return ops.cat(branches, 1);
}

function inceptionV2(x: Node): EndPoints {
  const points: EndPoints = new Map();
  const named = (name: string, y: Node) => points.set(name, y) && y;
  let y = named("Conv2d_1a_7x7", conv(depthwise(x, 7, 2, { multiplier: 8 }), 64, 1));
  y = named("MaxPool_2a_3x3", maxPool(y, 3, 2, "SAME"));
  y = named("Conv2d_2b_1x1", conv(y, 64, 1));
  y = named("Conv2d_2c_3x3", conv(y, 192, 3));
  y = named("MaxPool_3a_3x3", maxPool(y, 3, 2, "SAME"));
  y = named("Mixed_3b", mixed(y, [64, [64, 64], [64, 96], 32]));
  y = named("Mixed_3c", mixed(y, [64, [64, 96], [64, 96], 64]));
  y = named("Mixed_4a", reduced(y, [128, 160, 64, 96]));
  y = named("Mixed_4b", mixed(y, [224, [64, 96], [96, 128], 128]));
  y = named("Mixed_4c", mixed(y, [192, [96, 128], [96, 128], 128]));
  y = named("Mixed_4d", mixed(y, [160, [128, 160], [128, 160], 96]));
  y = named("Mixed_4e", mixed(y, [96, [128, 192], [160, 192], 96]));
  y = named("Mixed_5a", reduced(y, [128, 192, 192, 256]));
  y = named("Mixed_5b", mixed(y, [352, [192, 320], [160, 224], 128]));
  named(
    "Mixed_5c",
    mixed(y, [352, [192, 320], [192, 224], 128], (z) => maxPool(z, 3, 1, "SAME")),
  );
  return points;
}

function mobilenetV1(x: Node): EndPoints {
  const points: EndPoints = new Map();
  let y = conv(x, 32, 3, 2);
  points.set("Conv2d_0", y);
  const channels = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];
  for (const [at, outputs] of channels.entries()) {
    const stride = [1, 3, 5, 11].includes(at) ? 2 : 1;
    y = conv(depthwise(y, 3, stride, { bias: true }), outputs, 1);
    points.set(`Conv2d_${at + 1}_pointwise`, y);
  }
  return points;
}

/** The stride is in a block's last unit. */
function resnetV1(x: Node): EndPoints {
  const points: EndPoints = new Map();
  let y = maxPool(convSame(x, 64, 7, 2), 3, 2, "SAME");
  for (const [block, units] of [3, 4, 6, 3].entries()) {
    const depth = 64 * 2 ** block;
    for (let unit = 1; unit <= units; unit++) {
      const stride = unit === units && block < 3 ? 2 : 1;
      const subsampled = stride === 1 ? y : maxPool(y, 1, stride);
      const shortcut = y.shape[1] === 4 * depth ? subsampled : convSame(y, 4 * depth, 1, stride);
      const residual = convSame(convSame(convSame(y, depth, 1, 1), depth, 3, stride), 4 * depth, 1, 1);
      y = ops.add(shortcut, residual);
    }
    points.set(`resnet_v1_50/block${block + 1}`, y);
  }
  return points;
}

/** Inception-ResNet-v2 up to Conv2d_7b_1x1, with few channels: only its geometry is asked for. */
export function inceptionResnetV2(x: Node): Node {
  const c = 4;
  const chain = (y: Node, ...kernels: (number | readonly [number, number])[]) =>
    kernels.reduce<Node>((z, kernel) => conv(z, c, kernel), y);
  const residual = (y: Node, ...branches: Node[]) => ops.add(y, conv(ops.cat(branches, 1), y.shape[1]!, 1));
  const valid = (y: Node, kernel: number, stride = 1, padding: Padding = "VALID") =>
    conv(y, c, kernel, stride, padding);
  let y = valid(valid(x, 3, 2), 3);
  y = maxPool(chain(y, 3), 3, 2);
  y = maxPool(valid(valid(y, 1), 3), 3, 2);
  y = ops.cat([chain(y, 1), chain(y, 1, 5), chain(y, 1, 3, 3), chain(avgPool(y, 3), 1)], 1);
  for (let block = 0; block < 10; block++) y = residual(y, chain(y, 1), chain(y, 1, 3), chain(y, 1, 3, 3));
  y = ops.cat([valid(y, 3, 2), valid(chain(y, 1, 3), 3, 2), maxPool(y, 3, 2)], 1);
  for (let block = 0; block < 20; block++) y = residual(y, chain(y, 1), chain(y, 1, [1, 7], [7, 1]));
  y = ops.cat([valid(chain(y, 1), 3, 2), valid(chain(y, 1), 3, 2), valid(chain(y, 1, 3), 3, 2), maxPool(y, 3, 2)], 1);
  for (let block = 0; block < 10; block++) y = residual(y, chain(y, 1), chain(y, 1, [1, 3], [3, 1]));
  return chain(y, 1);
}
