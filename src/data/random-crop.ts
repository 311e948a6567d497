import type { Generator } from "../core/generator.ts";

/** A part of a picture, in its pixels. */
export interface CropBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

const leastArea = 0.08;
const widest = 4 / 3;

/**
 * A part of a picture as torchvision's RandomResizedCrop chooses it: of 8 to 100 % of the area, from 3:4 to 4:3. Where ten
 * attempts do not fit into the picture, the middle.
 */
export function randomCrop(height: number, width: number, random: Generator): CropBox {
  const uniform = (from: number, to: number) => from + (to - from) * (random.next() / 2 ** 32);
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * uniform(leastArea, 1);
    const ratio = Math.exp(uniform(-Math.log(widest), Math.log(widest)));
    const [w, h] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))];
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const top = Math.floor(uniform(0, height - h + 1));
    return { top, left: Math.floor(uniform(0, width - w + 1)), height: h, width: w };
  }
  const w = Math.min(width, Math.round(height * widest));
  const h = Math.min(height, Math.round(width * widest));
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}
