/** The same on all sides, or one size for each. */
export type Padding = number | readonly [left: number, right: number, top: number, bottom: number];

export function sidesOf(padding: Padding): readonly number[] {
  return typeof padding === "number" ? [padding, padding, padding, padding] : padding;
}
