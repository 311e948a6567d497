import { deepEqual, equal, throws } from "node:assert/strict";
import { nn, summarize, type Tensor, zeros } from "convsmith";
import { type FieldState, receptiveFieldStep } from "convsmith/analysis";
import type { Say } from "./topic.ts";

class Network extends nn.Module {
  head = new nn.Sequential(new nn.Conv2d(1, 20, 5), new nn.ReLU(), new nn.Conv2d(20, 64, 5), new nn.ReLU());
  tail = new nn.Sequential(new nn.Conv2d(64, 20, 5), new nn.ReLU(), new nn.Conv2d(20, 3, 5));
  forward(x: Tensor): Tensor {
    return this.tail.forward(this.head.forward(x));
  }
}

/** RF + (k - 1) S: four 5x5 convolutions see 17 pixels. */
export function receptiveFields(say: Say): void {
  let field: FieldState = { size: 1, stride: 1 };
  for (let layer = 1; layer <= 4; layer++) {
    const step = receptiveFieldStep(field, 5);
    say(`layer ${layer}: ${step.trace}`);
    field = step.next;
  }
  equal(field.size, 17);

  const network = new Network();
  const summary = summarize(network, [1, 1, 32, 32]);
  equal(summary.totals.parameters, 66_107);
  equal(summary.layers.at(-1)!.receptiveField!.height.size, 17);
  deepEqual(summary.layers.at(-1)!.outputShape, [1, 3, 16, 16]);
  say(summary.toString({ width: 92 }));

  const message =
    "head.0 (Conv2d 1→20, 5×5): needs 1 input channel, got 3 from input [1, 3, 32, 32]. Use new nn.Conv2d(3, 20, 5), or convert the picture to grey.";
  throws(() => network.forward(zeros([1, 3, 32, 32])), { message });
  say(`a colour picture: ${message}`);

  const strided = receptiveFieldStep(receptiveFieldStep({ size: 1, stride: 1 }, 3, { stride: 2 }).next, 3);
  equal(strided.value, 7);
  say(`3x3 behind a 3x3 of stride 2: ${strided.trace}`);
}
