import { equal } from "node:assert/strict";
import { models, nn, summarize } from "convsmith";
import { convFlops, convParameters, linearFlops, linearParameters } from "convsmith/analysis";
import type { Say } from "./topic.ts";

/** Co (Ci kw kh + 1) parameters and [(Ci kw kh) + (Ci kw kh - 1) + 1] Co W H FLOPs, layer by layer. */
export function parametersAndFlops(say: Say): void {
  const conv = convParameters(64, 32, 3);
  equal(conv.value, 18_464);
  say(`Conv2d 64→32, 3x3   parameters ${conv.trace}`);
  const work = convFlops(64, 32, 3, [360, 640]);
  equal(work.value, 8_493_465_600);
  say(`  at 360x640        FLOPs ${work.trace}`);
  equal(linearParameters(4096, 1000).value, 4_097_000);
  say(`Linear 4096→1000    parameters ${linearParameters(4096, 1000).trace}`);
  equal(linearFlops(4096, 1000).value, 8_192_000);
  say(`                    FLOPs ${linearFlops(4096, 1000).trace}`);

  const summary = summarize(new models.Espcn(3), [1, 1, 360, 640]);
  equal(summary.totals.parameters, 22_729);
  equal(summary.totals.flops, 10_425_139_200);
  // One MAC is a multiplication and an addition: the bias is the addition that the products lack.
  equal(summary.totals.flops, 2 * summary.totals.macs);
  say(summary.toString({ width: 92 }));

  const bare = summarize(new nn.Conv2d(64, 32, 3, { padding: 1, bias: false }), [1, 64, 360, 640]);
  equal(bare.totals.flops, 2 * bare.totals.macs - 32 * 360 * 640);
  say(`without bias        2·MACs - outputs = ${bare.totals.flops}`);
}
