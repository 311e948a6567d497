import { deepEqual } from "node:assert/strict";
import { arange, models, nn, zeros } from "convsmith";
import { grid, type Say } from "./topic.ts";

/** PixelShuffle turns r² channels into blocks of r x r pixels: the third way to upsample, and ESPCN's. */
export async function subPixel(say: Say): Promise<void> {
  const channels = arange(0, 16).reshape(1, 4, 2, 2);
  const shuffled = new nn.PixelShuffle(2).forward(channels);
  deepEqual(shuffled.shape, [1, 1, 4, 4]);
  const numbers = await shuffled.data();
  deepEqual([...numbers], [0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15]);
  say("PixelShuffle(2) of four 2x2 channels: [1, 4, 2, 2] → [1, 1, 4, 4]");
  say(grid(numbers, 4, 0));
  for (const scale of [2, 3, 4]) {
    const { shape } = new models.Espcn(scale).forward(zeros([32, 1, 17, 20]));
    deepEqual(shape, [32, 1, 17 * scale, 20 * scale]);
    say(`ESPCN x${scale}: [32, 1, 17, 20] → [${shape.join(", ")}]`);
  }
}
