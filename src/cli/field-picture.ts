import sharp from "sharp";
import type { EffectiveField } from "../analysis/index.ts";
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
  const heat = heatOf(facts.effective, pixels);
  for (const view of layout.views) paint(ground, layout, view, facts, heat);
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
  heat: Heat,
): void {
  const { height, width } = effective;
  for (let y = 0; y < (rows[1] - rows[0] + 1) * zoom; y++) {
    const row = rows[0] + Math.floor(y / zoom);
    if (row < 0 || row >= height) continue;
    for (let x = 0; x < (columns[1] - columns[0] + 1) * zoom; x++) {
      const column = columns[0] + Math.floor(x / zoom);
      if (column < 0 || column >= width) continue;
      const at = row * width + column;
      const cover = heat.cover[at]!;
      const grey = (1 - cover) * (heat.grey?.[at] ?? checked(x, y));
      const to = ((y + top) * across + x + left) * 3;
      for (let channel = 0; channel < 3; channel++)
        ground[to + channel] = grey + cover * heat.colour[3 * at + channel]!;
    }
  }
}

/** For each pixel of the input: its heat, how much that covers the ground, and the ground where it is a picture. */
interface Heat {
  readonly colour: Uint8Array;
  readonly cover: Float32Array;
  readonly grey: Float32Array | null;
}

function heatOf({ values }: EffectiveField, pixels: Uint8Array | null): Heat {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  const colour = new Uint8Array(3 * values.length);
  const cover = new Float32Array(values.length);
  for (const [at, each] of values.entries()) {
    if (each === 0) continue;
    // Effective fields fall off like a bell: the root shows their foot.
    const value = Math.sqrt(each / highest);
    colour.set(viridis(value), 3 * at);
    cover[at] = pixels ? 0.25 + 0.65 * value : 1;
  }
  return { colour, cover, grey: pixels && Float32Array.from(values, (_, at) => greyOf(pixels, at, values.length)) };
}

/** The picture in grey, so that all colour is heat. */
function greyOf(pixels: Uint8Array, at: number, plane: number): number {
  if (pixels.length === plane) return pixels[at]!;
  return 0.299 * pixels[at]! + 0.587 * pixels[at + plane]! + 0.114 * pixels[at + 2 * plane]!;
}

const checked = (x: number, y: number) => (((x >> 4) + (y >> 4)) % 2 === 0 ? 226 : 212);
