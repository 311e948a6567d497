import sharp from "sharp";
import { writeImage } from "../data/node.ts";
import { type FieldLayout, layoutOf, type View } from "./field-layout.ts";
import { legendHeight } from "./field-legend.ts";
import { fieldOverlay } from "./field-overlay.ts";
import type { FieldFacts } from "./field-text.ts";
import { viridis } from "./viridis.ts";

const paper = 250;

/** Draws the input (`pixels`: its codes, channel by channel; null: a checked ground), the heat, and the outlines above it. */
export async function writeFieldPicture(path: string, facts: FieldFacts, pixels: Uint8Array | null): Promise<void> {
  const { height, width } = facts.effective;
  const layout = layoutOf(height, width, facts.seen);
  const size = { width: layout.width, height: layout.height + legendHeight, channels: 3 } as const;
  const ground = new Uint8Array(size.width * size.height * 3).fill(paper);
  for (const view of layout.views) paint(ground, layout, view, facts, pixels);
  const data = await sharp(ground, { raw: size })
    .composite([{ input: Buffer.from(fieldOverlay(facts, layout)) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  await writeImage(path, { ...size, bits: 8, data: new Uint8Array(data) });
}

function paint(
  ground: Uint8Array,
  { width: across }: FieldLayout,
  { rows, columns, zoom, left, top }: View,
  { effective }: FieldFacts,
  pixels: Uint8Array | null,
): void {
  const { height, width, values } = effective;
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  for (let y = 0; y < (rows[1] - rows[0] + 1) * zoom; y++) {
    const row = rows[0] + Math.floor(y / zoom);
    for (let x = 0; x < (columns[1] - columns[0] + 1) * zoom; x++) {
      const column = columns[0] + Math.floor(x / zoom);
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const at = row * width + column;
      const grey = pixels ? greyOf(pixels, at, height * width) : checked(x, y);
      // Effective fields fall off like a bell: the root shows their foot.
      const value = highest > 0 ? Math.sqrt(values[at]! / highest) : 0;
      const cover = values[at] === 0 ? 0 : pixels ? 0.25 + 0.65 * value : 1;
      for (const [channel, part] of viridis(value).entries()) {
        ground[((y + top) * across + x + left) * 3 + channel] = Math.round(grey + cover * (part - grey));
      }
    }
  }
}

/** The picture in grey, so that all colour is heat. */
function greyOf(pixels: Uint8Array, at: number, plane: number): number {
  if (pixels.length === plane) return pixels[at]!;
  return 0.299 * pixels[at]! + 0.587 * pixels[at + plane]! + 0.114 * pixels[at + 2 * plane]!;
}

const checked = (x: number, y: number) => (((x >> 4) + (y >> 4)) % 2 === 0 ? 226 : 212);
