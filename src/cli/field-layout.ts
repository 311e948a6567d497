import type { PositionField } from "../analysis/index.ts";

/** Where the input lies on the picture that is drawn. */
export interface FieldLayout {
  /** Pixels of the picture for one of the input. */
  readonly zoom: number;
  /** Of the whole picture, without the legend. */
  readonly width: number;
  readonly height: number;
  /** Where the input's first pixel lies. */
  readonly left: number;
  readonly top: number;
  /** Rows and columns of the input's surroundings that are shown on each side. */
  /** True: the field goes on beyond them. */
  readonly cut: boolean;
  readonly margins: { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };
}

/** The legend's text needs that much. */
const leastWidth = 760;
const border = 16;

/** Small inputs are enlarged. What lies in the padding gets room: up to the input's side, or half of it where that is not enough. */
export function layoutOf(height: number, width: number, { rows, columns }: PositionField): FieldLayout {
  const side = Math.max(height, width);
  const furthest = Math.max(-rows[0], rows[1] - height + 1, -columns[0], columns[1] - width + 1);
  const cut = furthest > side;
  const room = cut ? Math.ceil(side / 2) : side;
  const beyond = (over: number) => Math.min(room, Math.max(0, over));
  const margins = {
    top: beyond(-rows[0]),
    bottom: beyond(rows[1] - height + 1),
    left: beyond(-columns[0]),
    right: beyond(columns[1] - width + 1),
  };
  const across = width + margins.left + margins.right;
  const down = height + margins.top + margins.bottom;
  const longest = Math.max(across, down);
  const zoom = longest <= 1600 ? Math.max(1, Math.round(760 / longest)) : 1 / Math.ceil(longest / 1600);
  const total = Math.max(leastWidth, Math.ceil(across * zoom) + 2 * border);
  return {
    zoom,
    width: total,
    height: Math.ceil(down * zoom) + 2 * border,
    left: Math.round((total - across * zoom) / 2 + margins.left * zoom),
    top: Math.round(border + margins.top * zoom),
    cut,
    margins,
  };
}
