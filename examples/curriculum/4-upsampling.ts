import { deepEqual, equal } from "node:assert/strict";
import { arange, nn } from "convsmith";
import { close, grid, type Say } from "./topic.ts";

// PyTorch 1.13.
const transposed = [
  [0.5, 1.4, 1.0, 2.4, 1.5],
  [1.6, 4.0, 2.6, 6.0, 3.6],
  [2.0, 4.4, 2.5, 5.4, 3.0],
  [4.6, 10.0, 5.6, 12.0, 6.6],
  [3.5, 7.4, 4.0, 8.4, 4.5],
];
const bicubic = [
  [1.0, 1.3159998655319214, 1.7280001640319824, 2.272000551223755, 2.68399977684021, 3.0],
  [
    1.9479997158050537, 2.2639994621276855, 2.6760001182556152, 3.2200002670288086, 3.6319992542266846,
    3.9479994773864746,
  ],
  [3.1840004920959473, 3.500000238418579, 3.912000894546509, 4.4560017585754395, 4.868000507354736, 5.1840009689331055],
  [4.816000938415527, 5.132000923156738, 5.544002532958984, 6.088002681732178, 6.500001430511475, 6.816000938415527],
  [6.052000045776367, 6.367999076843262, 6.780001163482666, 7.324001312255859, 7.735999584197998, 8.052000045776367],
  [7.0, 7.3159990310668945, 7.728001594543457, 8.272001266479492, 8.684000015258789, 9.0],
];

/** A transposed convolution and bicubic interpolation of the same 3x3. */
export async function upsampling(say: Say): Promise<void> {
  const x = arange(1, 10).reshape(1, 1, 3, 3);
  const layer = new nn.ConvTranspose2d(1, 1, 3, { stride: 2, padding: 1 });
  deepEqual(layer.forward(x).shape, [1, 1, 5, 5]);
  layer.weight.set(arange(1, 10).div(10).reshape(1, 1, 3, 3));
  layer.bias!.set(new Float32Array(1));
  const up = await layer.forward(x).data();
  // Sums of up to four products of numbers up to 8.1.
  close(up, transposed.flat(), 4 * 8.1 * 2 ** -22);
  say("ConvTranspose2d(1, 1, 3, { stride: 2, padding: 1 }), weight 0.1 to 0.9: 3x3 → 5x5");
  say(grid(up, 5, 1));

  const smooth = new nn.Upsample({ scaleFactor: 2, mode: "bicubic", alignCorners: true }).forward(x);
  deepEqual(smooth.shape, [1, 1, 6, 6]);
  const numbers = await smooth.data();
  close(numbers, bicubic.flat(), 16 * 9 * 2 ** -22);
  equal(numbers[0], 1);
  equal(numbers[35], 9);
  say("bicubic x2, corners aligned: 3x3 → 6x6, the corners stay 1, 3, 7 and 9");
  say(grid(numbers, 6, 3));
}
