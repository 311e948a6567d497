import * as nn from "../nn/index.ts";
import { cat, type Tensor } from "../tensor/index.ts";

const width = 768;
const heads = 12;

class Attention extends nn.Module {
  in_proj = new nn.Linear(width, 3 * width);
  softmax = new nn.Softmax(-1);
  out_proj = new nn.Linear(width, width);

  forward(x: Tensor): Tensor {
    const [batch, tokens] = x.shape as [number, number];
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
  ln_1 = new nn.LayerNorm(width);
  attention = new Attention();
  ln_2 = new nn.LayerNorm(width);
  mlp = new nn.Sequential(new nn.Linear(width, 4 * width), new nn.GELU(), new nn.Linear(4 * width, width));

  forward(x: Tensor): Tensor {
    const y = x.add(this.attention.forward(this.ln_1.forward(x)));
    return y.add(this.mlp.forward(this.ln_2.forward(y)));
  }
}

/** ViT-B/16 as torchvision has it, for figures that were published of it: [N, 3, 224, 224] → logits [N, 1000]. */
export class VisionTransformer extends nn.Module {
  conv_proj = new nn.Conv2d(3, width, 16, { stride: 16 });
  class_token = new nn.Parameter([1, 1, width], nn.init.constant([1, 1, width], 0), "class_token");
  pos_embedding = new nn.Parameter([1, 197, width], nn.init.constant([1, 197, width], 0), "pos_embedding");
  layers = new nn.Sequential(...Array.from({ length: 12 }, () => new Block()));
  ln = new nn.LayerNorm(width);
  head = new nn.Linear(width, 1000);

  forward(x: Tensor): Tensor {
    const patches = this.conv_proj.forward(x).flatten(2).permute(0, 2, 1);
    const tokens = cat([this.class_token, patches], 1).add(this.pos_embedding);
    return this.head.forward(this.ln.forward(this.layers.forward(tokens)).slice(1, 0, 1).flatten(1));
  }
}
