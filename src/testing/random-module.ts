import { Generator } from "../core/generator.ts";
import * as nn from "../nn/index.ts";
import { cat, type Tensor } from "../tensor/index.ts";

/** A small random network of layers, and an input shape for it. Each `make` gives the same with fresh parameters. */
export interface RandomModule {
  readonly make: () => Joined;
  readonly shape: number[];
  readonly text: string;
}

/** Layers one after the other: `add` sums an output with its input, `cat` joins both along the channels. */
class Joined extends nn.Module {
  readonly layers: nn.ModuleList;
  readonly joins: readonly ("none" | "add" | "cat")[];

  constructor(parts: readonly { readonly layer: nn.Module; readonly join: "none" | "add" | "cat" }[]) {
    super();
    this.layers = new nn.ModuleList(parts.map(({ layer }) => layer));
    this.joins = parts.map(({ join }) => join);
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const [index, layer] of Array.from({ length: this.layers.length }, (_, at) => this.layers.at(at)!).entries()) {
      const next = (layer as nn.ReLU).forward(y);
      const join = this.joins[index]!;
      y = join === "add" ? next.add(y) : join === "cat" ? cat([y, next], 1) : next;
    }
    return y;
  }
}

/** Draws convolutions of every kind, norms, activations, pools, shuffles, dropout, sums and joins from a seed. */
export function randomModule(seed: number, depth = 6): RandomModule {
  const first = draw(seed, depth);
  return { make: () => draw(seed, depth).network, shape: first.shape, text: `${first.shape}: ${first.network}` };
}

function draw(seed: number, depth: number): { network: Joined; shape: number[] } {
  const generator = new Generator(seed);
  const pick = <T>(items: readonly T[]): T => items[generator.integer(items.length)]!;
  const shape = [pick([1, 2, 3]), pick([1, 2, 3, 4, 6]), 8 + generator.integer(9), 8 + generator.integer(9)];
  let [, channels, height, width] = shape as [number, number, number, number];
  const parts: { layer: nn.Module; join: "none" | "add" | "cat" }[] = [];
  const kinds = ["conv", "conv", "conv", "same", "branch", "transposed", "norm", "active", "pool", "shuffle", "drop"];
  for (let at = 0; at < depth; at++) {
    const kind = at === 0 ? "conv" : pick(kinds);
    let layer: nn.Module | null = null;
    let join: "none" | "add" | "cat" = "none";
    if (kind === "conv") {
      const groups = channels % 2 === 0 ? pick([1, 2]) : 1;
      const outputs = groups * pick([1, 2, 3, 5, 8]);
      const stride = Math.min(height, width) > 4 ? pick([1, 1, 2]) : 1;
      layer = new nn.Conv2d(channels, outputs, 3, { padding: 1, stride, groups, bias: pick([true, false]) });
      channels = outputs;
      [height, width] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    } else if (kind === "same") {
      layer = new nn.Conv2d(channels, channels, 3, { padding: "same", groups: pick([1, channels]) });
      join = "add";
    } else if (kind === "branch") {
      layer = new nn.Conv2d(channels, 3, 1);
      join = "cat";
      channels += 3;
    } else if (kind === "transposed" && Math.max(height, width) <= 20) {
      layer = new nn.ConvTranspose2d(channels, 3, 4, { stride: 2, padding: 1 });
      [channels, height, width] = [3, 2 * height, 2 * width];
    } else if (kind === "norm") layer = new nn.BatchNorm2d(channels);
    else if (kind === "active") layer = pick([() => new nn.ReLU(), () => new nn.SiLU(), () => new nn.Tanh()])();
    else if (kind === "drop") layer = new nn.Dropout(0.3);
    else if (kind === "pool" && Math.min(height, width) >= 4) {
      layer = pick([() => new nn.MaxPool2d(2), () => new nn.AvgPool2d(2)])();
      [height, width] = [Math.floor(height / 2), Math.floor(width / 2)];
    } else if (kind === "shuffle" && channels % 4 === 0) {
      layer = new nn.PixelShuffle(2);
      [channels, height, width] = [channels / 4, 2 * height, 2 * width];
    }
    if (layer) parts.push({ layer, join });
  }
  return { network: new Joined(parts), shape };
}
