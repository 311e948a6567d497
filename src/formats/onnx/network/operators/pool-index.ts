import { arange, type Tensor } from "../../../../tensor/index.ts";

/**
 * Positions in planes of `width` columns, with [top, left] of padding, as indices into all of [N, C, H, W]: row by row, or
 * column by column within a plane.
 */
export function largestAt(
  position: Tensor,
  { shape }: Tensor,
  [top, left]: readonly [number, number],
  width: number,
  columnMajor: boolean,
): Tensor {
  const [batch, channels, rows, columns] = shape as [number, number, number, number];
  const flat = position.to("float32");
  const row = flat.div(width).floor();
  const column = flat.sub(row.mul(width)).sub(left);
  const within = columnMajor ? column.mul(rows).add(row.sub(top)) : row.sub(top).mul(columns).add(column);
  const planes = arange(0, batch * channels).mul(rows * columns);
  return within.add(planes.reshape(batch, channels, 1, 1)).to("int32");
}
