import type { AxisField, ReceptiveField } from "../receptive-field.ts";
import { fraction } from "./numbers.ts";

/** "17", "17×9" where height and width differ, "5-7" where it changes with the position. */
export const fieldText = (field: ReceptiveField): string =>
  both(field, ({ whole, smallest, largest }) =>
    whole ? "whole" : smallest === largest ? `${largest}` : `${smallest}-${largest}`,
  );

/** Pixels of the input from one position to the next. */
export const strideText = (field: ReceptiveField): string =>
  both(field, ({ whole, stride }) => (whole ? "-" : fraction(stride)));

/** The middle of what output position 0 sees. */
export const centreText = (field: ReceptiveField): string =>
  both(field, ({ whole, centre }) => (whole ? "-" : `${Number(centre.toFixed(3))}`));

function both({ height, width }: ReceptiveField, text: (axis: AxisField) => string): string {
  const [rows, columns] = [text(height), text(width)];
  return rows === columns ? rows : `${rows}×${columns}`;
}
