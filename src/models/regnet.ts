import * as nn from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { ConvNormActivation } from "./blocks/conv-norm-activation.ts";
import { makeDivisible } from "./blocks/make-divisible.ts";
import type { ClassifierOptions } from "./blocks/options.ts";
import { SqueezeExcitation } from "./blocks/squeeze-excitation.ts";

/** The parameters from which widths and depths of the stages follow, and whether blocks squeeze and excite. */
export interface RegNetConfig {
  readonly depth: number;
  readonly w0: number;
  readonly wa: number;
  readonly wm: number;
  readonly groupWidth: number;
  readonly squeeze: boolean;
}

const x = (depth: number, w0: number, wa: number, wm: number, groupWidth: number): RegNetConfig => ({
  ...{ depth, w0, wa, wm, groupWidth, squeeze: false },
});
const y = (...numbers: Parameters<typeof x>): RegNetConfig => ({ ...x(...numbers), squeeze: true });

export const regnets: Readonly<Record<string, RegNetConfig>> = {
  regnet_x_400mf: x(22, 24, 24.48, 2.54, 16),
  regnet_x_800mf: x(16, 56, 35.73, 2.28, 16),
  regnet_x_1_6gf: x(18, 80, 34.01, 2.25, 24),
  regnet_x_3_2gf: x(25, 88, 26.31, 2.25, 48),
  regnet_x_8gf: x(23, 80, 49.56, 2.88, 120),
  regnet_x_16gf: x(22, 216, 55.59, 2.1, 128),
  regnet_x_32gf: x(23, 320, 69.86, 2, 168),
  regnet_y_400mf: y(16, 48, 27.89, 2.09, 8),
  regnet_y_800mf: y(14, 56, 38.84, 2.4, 16),
  regnet_y_1_6gf: y(27, 48, 20.71, 2.65, 24),
  regnet_y_3_2gf: y(21, 80, 42.63, 2.66, 24),
  regnet_y_8gf: y(17, 192, 76.82, 2.19, 56),
  regnet_y_16gf: y(18, 200, 106.23, 2.48, 112),
  regnet_y_32gf: y(20, 232, 115.89, 2.53, 232),
  regnet_y_128gf: y(27, 456, 160.83, 2.52, 264),
};

interface Stage {
  readonly width: number;
  readonly depth: number;
  readonly groupWidth: number;
}

/** Block j would have the width w0 + wa·j; that becomes w0·wm^k for a whole k, a multiple of 8, then one of the group's width. */
function stagesOf({ depth, w0, wa, wm, groupWidth }: RegNetConfig): Stage[] {
  const stages = new Map<number, number>();
  for (let block = 0; block < depth; block++) {
    const power = Math.round(Math.log((w0 + wa * block) / w0) / Math.log(wm));
    const width = roundHalfEven((w0 * wm ** power) / 8) * 8;
    stages.set(width, (stages.get(width) ?? 0) + 1);
  }
  return [...stages].map(([width, depth]) => {
    const group = Math.min(groupWidth, width);
    return { width: makeDivisible(width, group), depth, groupWidth: group };
  });
}

/** Halves to the even neighbour: 80·2.25 / 8 = 22.5 becomes 22. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** 1x1, grouped 3x3 and 1x1 convolutions of one width, and a shortcut. */
class Block extends nn.Module {
  proj: nn.Layer | null;
  f: nn.Sequential;
  activation = new nn.ReLU();

  constructor(inChannels: number, width: number, stride: number, groupWidth: number, squeeze: boolean) {
    super();
    const ends = { kernelSize: 1, activation: null };
    const same = stride === 1 && inChannels === width;
    this.proj = same ? null : new ConvNormActivation(inChannels, width, { ...ends, stride });
    this.f = new nn.Sequential({
      a: new ConvNormActivation(inChannels, width, { kernelSize: 1 }),
      b: new ConvNormActivation(width, width, { stride, groups: width / groupWidth }),
      ...(squeeze ? { se: new SqueezeExcitation(width, Math.round(inChannels / 4)) } : {}),
      c: new ConvNormActivation(width, width, ends),
    });
  }

  forward(x: Tensor): Tensor {
    const shortcut = this.proj ? this.proj.forward(x) : x;
    return this.activation.forward(shortcut.add(this.f.forward(x)));
  }
}

/** RegNetX and RegNetY (Radosavovic et al., "Designing network design spaces", 2020): [N, 3, 224, 224] → logits. */
export class RegNet extends nn.Module {
  stem = new ConvNormActivation(3, 32, { stride: 2 });
  trunk_output: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc: nn.Linear;

  constructor(config: RegNetConfig, { numClasses = 1000 }: ClassifierOptions = {}) {
    super();
    const stages: Record<string, nn.Layer> = {};
    let inChannels = 32;
    for (const [index, { width, depth, groupWidth }] of stagesOf(config).entries()) {
      const blocks: Record<string, nn.Layer> = {};
      for (let at = 0; at < depth; at++, inChannels = width) {
        const name = `block${index + 1}-${at}`;
        blocks[name] = new Block(inChannels, width, at === 0 ? 2 : 1, groupWidth, config.squeeze);
      }
      stages[`block${index + 1}`] = new nn.Sequential(blocks);
    }
    this.trunk_output = new nn.Sequential(stages);
    this.fc = new nn.Linear(inChannels, numClasses);
  }

  forward(x: Tensor): Tensor {
    const features = this.trunk_output.forward(this.stem.forward(x));
    return this.fc.forward(this.avgpool.forward(features).flatten(1));
  }
}
