import type { PositionField, Range } from "../analysis/index.ts";

/** A part of the input and its surroundings, and where it is drawn. */
export interface View {
  /** Rows and columns of the input that are shown: some lie outside of it. */
  readonly rows: Range;
  readonly columns: Range;
  /** Pixels of the picture for one of the input. */
  readonly zoom: number;
  readonly left: number;
  readonly top: number;
  /** True: too small for more than the field's outline, which a second view shows larger. */
  readonly tiny: boolean;
}

export interface FieldLayout {
  /** Of the whole picture, without the legend. */
  readonly width: number;
  readonly height: number;
  readonly views: readonly View[];
  /** True: the field goes on beyond what is shown. */
  readonly cut: boolean;
}

/** The legend's text needs that much. */
const leastWidth = 760;
const border = 16;
/** In pixels of the picture: a smaller field gets a second view of this side. */
const smallest = 96;
const detailSide = 400;

const lengthOf = ([first, last]: Range) => last - first + 1;

/**
 * Small inputs are enlarged. What lies in the padding gets room: up to the input's side, or half of it where that is not
 * enough.
 */
export function layoutOf(height: number, width: number, { rows, columns }: PositionField): FieldLayout {
  const side = Math.max(height, width);
  const furthest = Math.max(-rows[0], rows[1] - height + 1, -columns[0], columns[1] - width + 1);
  const cut = furthest > side;
  const room = cut ? Math.ceil(side / 2) : side;
  const around = ([first, last]: Range, length: number): Range => [
    Math.max(Math.min(first, 0), -room),
    Math.min(Math.max(last, length - 1), length - 1 + room),
  ];
  const shown = { rows: around(rows, height), columns: around(columns, width) };
  const longest = Math.max(lengthOf(shown.rows), lengthOf(shown.columns));
  const zoom = longest <= 1600 ? Math.max(1, Math.round(760 / longest)) : 1 / Math.ceil(longest / 1600);
  const field = Math.max(lengthOf(rows), lengthOf(columns));
  const tiny = field > 0 && field * zoom < smallest;
  const sizes = [Math.ceil(lengthOf(shown.columns) * zoom)];
  if (tiny) sizes.push(detailSide);
  const taken = sizes.reduce((sum, size) => sum + size + border, border);
  const total = Math.max(leastWidth, taken);
  const left = Math.round((total - taken) / 2) + border;
  const views: View[] = [{ ...shown, zoom, left, top: border, tiny }];
  if (tiny) views.push(detail(rows, columns, field, left + sizes[0]! + border));
  const down = Math.max(...views.map((view) => Math.ceil(lengthOf(view.rows) * view.zoom)));
  return { width: total, height: down + 2 * border, views, cut };
}

/** The field and a quarter of its size around it. */
function detail(rows: Range, columns: Range, field: number, left: number): View {
  const shown = field + 2 * Math.max(1, Math.ceil(field / 4));
  const around = (range: Range): Range => {
    const first = range[0] - Math.floor((shown - lengthOf(range)) / 2);
    return [first, first + shown - 1];
  };
  return { rows: around(rows), columns: around(columns), zoom: detailSide / shown, left, top: border, tiny: false };
}
