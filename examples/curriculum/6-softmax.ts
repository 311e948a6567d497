import { equal, ok } from "node:assert/strict";
import { nn, tensor } from "convsmith";
import { close, type Say } from "./topic.ts";

/** e^1000 overflows; softmax does not, for the largest input is subtracted first. */
export async function stableSoftmax(say: Say): Promise<void> {
  const logits = tensor([1000, 1001, 1002]);
  const naive = await logits.exp().div(logits.exp().sum()).data();
  ok(naive.every(Number.isNaN));
  say(`e^x / Σ e^x as it is written: ${[...naive].join(", ")}`);
  const probabilities = await new nn.Softmax(0).forward(logits).data();
  close(probabilities, [0.09003057330846786, 0.2447284758090973, 0.6652409434318542], 2 ** -22);
  close([Array.from(probabilities).reduce((a, b) => a + b)], [1], 2 ** -22);
  say(`softmax, shifted by the maximum: ${[...probabilities].map((p) => p.toFixed(6)).join(", ")}`);
  const loss = await new nn.CrossEntropyLoss().forward(logits.reshape(1, 3), tensor(Int32Array.of(2))).item();
  equal(loss.toFixed(6), "0.407606");
  say(`cross entropy for class 2: ${loss.toFixed(6)} = -log ${probabilities[2]!.toFixed(6)}`);
}
