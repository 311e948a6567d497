import * as nn from "../nn/index.ts";
import { cat, type Tensor } from "../tensor/index.ts";

interface Sizes {
  readonly width: number;
  readonly heads: number;
}

class Attention extends nn.Module {
  in_proj: nn.Linear;
  softmax = new nn.Softmax(-1);
  out_proj: nn.Linear;
  readonly sizes: Sizes;

  constructor(sizes: Sizes) {
    super();
    const { width } = sizes;
    this.in_proj = new nn.Linear(width, 3 * width);
    this.out_proj = new nn.Linear(width, width);
    this.sizes = sizes;
  }

  forward(x: Tensor): Tensor {
    const [batch, tokens] = x.shape as [number, number];
    const { width, heads } = this.sizes;
    const all = this.in_proj
      .forward(x)
      .reshape(batch, tokens, 3 * heads, width / heads)
      .permute(0, 2, 1, 3);
    const [queries, keys, values] = [0, 1, 2].map((at) => all.slice(1, at * heads, (at + 1) * heads));
    const scores = queries!.mul(1 / Math.sqrt(width / heads)).matmul(keys!.transpose(-2, -1));
    const mixed = this.softmax.forward(scores).matmul(values!);
    return this.out_proj.forward(mixed.permute(0, 2, 1, 3).reshape(batch, tokens, width));
  }
}

class Block extends nn.Module {
  ln_1: nn.LayerNorm;
  attention: Attention;
  ln_2: nn.LayerNorm;
  mlp: nn.Sequential;

  constructor(sizes: Sizes) {
    super();
    const { width } = sizes;
    this.ln_1 = new nn.LayerNorm(width);
    this.attention = new Attention(sizes);
    this.ln_2 = new nn.LayerNorm(width);
    this.mlp = new nn.Sequential(new nn.Linear(width, 4 * width), new nn.GELU(), new nn.Linear(4 * width, width));
  }

  forward(x: Tensor): Tensor {
    const y = x.add(this.attention.forward(this.ln_1.forward(x)));
    return y.add(this.mlp.forward(this.ln_2.forward(y)));
  }
}

/** ViT-B/16 as torchvision has it unless told otherwise, for figures that were published of it: [N, 3, 224, 224] → logits [N, classes]. */
export class VisionTransformer extends nn.Module {
  conv_proj: nn.Conv2d;
  class_token: nn.Parameter;
  pos_embedding: nn.Parameter;
  layers: nn.Sequential;
  ln: nn.LayerNorm;
  head: nn.Linear;

  constructor({ width = 768, heads = 12, depth = 12, classes = 1000 } = {}) {
    super();
    this.conv_proj = new nn.Conv2d(3, width, 16, { stride: 16 });
    this.class_token = new nn.Parameter([1, 1, width], nn.init.constant([1, 1, width], 0), "class_token");
    this.pos_embedding = new nn.Parameter([1, 197, width], nn.init.constant([1, 197, width], 0), "pos_embedding");
    this.layers = new nn.Sequential(...Array.from({ length: depth }, () => new Block({ width, heads })));
    this.ln = new nn.LayerNorm(width);
    this.head = new nn.Linear(width, classes);
  }

  forward(x: Tensor): Tensor {
    const patches = this.conv_proj.forward(x).flatten(2).permute(0, 2, 1);
    const token = this.class_token.expand(x.shape[0]!, -1, -1);
    const tokens = cat([token, patches], 1).add(this.pos_embedding);
    return this.head.forward(this.ln.forward(this.layers.forward(tokens)).slice(1, 0, 1).flatten(1));
  }
}
