import { ok } from "node:assert/strict";
import { manualSeed, nn, optim, rand } from "convsmith";
import type { Say } from "./topic.ts";

/** The template: Sequential, Conv2d, ReLU, MSELoss, Adam. The network learns to blur. */
export async function trainingTemplate(say: Say): Promise<void> {
  manualSeed(0);
  const model = new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(8, 1, 3, { padding: 1 }),
  );
  const blur = new nn.AvgPool2d(3, { stride: 1, padding: 1 });
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
  const mse = new nn.MSELoss();
  const losses: number[] = [];
  for (let step = 0; step <= 100; step++) {
    const input = rand([8, 1, 16, 16]);
    optimizer.zeroGrad();
    const loss = mse.forward(model.forward(input), blur.forward(input));
    loss.backward();
    await optimizer.step();
    losses.push(await loss.item());
    if (step % 20 === 0) say(`step ${`${step}`.padStart(3)}: loss ${losses.at(-1)!.toFixed(4)}`);
  }
  ok(losses.at(-1)! < losses[0]! / 20);
  ok(losses.at(-1)! < 0.01);
}
