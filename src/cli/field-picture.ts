import sharp from "sharp";
import { writeImage } from "../data/node.ts";
import { type FieldLayout, layoutOf } from "./field-layout.ts";
import { fieldOverlay, legendHeight } from "./field-overlay.ts";
import type { FieldFacts } from "./field-text.ts";
import { viridis } from "./viridis.ts";

/** Draws the input (`pixels`: its codes, channel by channel; null: a checked ground), the heat, and the outlines above it. */
export async function writeFieldPicture(path: string, facts: FieldFacts, pixels: Uint8Array | null): Promise<void> {
  const { height, width } = facts.effective;
  const layout = layoutOf(height, width, facts.seen);
  const size = { width: layout.width, height: layout.height + legendHeight };
  const raw = { ...size, channels: 3 } as const;
  const { data } = await sharp(ground(facts, pixels, layout, size), { raw })
    .composite([{ input: Buffer.from(fieldOverlay(facts, layout)) }])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  await writeImage(path, { ...size, channels: 3, bits: 8, data: new Uint8Array(data) });
}

const paper = 250;

function ground(
  { effective }: FieldFacts,
  pixels: Uint8Array | null,
  { zoom, left, top }: FieldLayout,
  size: { readonly width: number; readonly height: number },
): Uint8Array {
  const data = new Uint8Array(size.width * size.height * 3).fill(paper);
  const { height, width, values } = effective;
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  for (let y = 0; y < Math.floor(height * zoom); y++) {
    for (let x = 0; x < Math.floor(width * zoom); x++) {
      const at = Math.floor(y / zoom) * width + Math.floor(x / zoom);
      const grey = pixels ? greyOf(pixels, at, height * width) : checked(x, y);
      // Effective fields fall off like a bell: the root shows their foot.
      const value = highest > 0 ? Math.sqrt(values[at]! / highest) : 0;
      const cover = values[at] === 0 ? 0 : pixels ? 0.25 + 0.65 * value : 1;
      const colour = viridis(value);
      for (const [channel, part] of colour.entries()) {
        data[((y + top) * size.width + x + left) * 3 + channel] = Math.round(grey + cover * (part - grey));
      }
    }
  }
  return data;
}

/** The picture in grey, so that all colour is heat. */
function greyOf(pixels: Uint8Array, at: number, plane: number): number {
  if (pixels.length === plane) return pixels[at]!;
  return 0.299 * pixels[at]! + 0.587 * pixels[at + plane]! + 0.114 * pixels[at + 2 * plane]!;
}

const checked = (x: number, y: number) => (((x >> 4) + (y >> 4)) % 2 === 0 ? 226 : 212);
