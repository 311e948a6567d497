const grouping = new Intl.NumberFormat("en-US");

/** 1,234,567. */
export const grouped = (value: number): string => grouping.format(value);

/** "12.3 %"; "<0.1 %" for a part that would read as none. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1 %";
  return `${(100 * share).toFixed(1)} %`;
}

/** A stride below 1 as it is thought of: 1/3. */
export function fraction(value: number): string {
  const inverse = 1 / value;
  if (value < 1 && Math.abs(inverse - Math.round(inverse)) < 1e-9) return `1/${Math.round(inverse)}`;
  return `${Number(value.toFixed(3))}`;
}

const units = ["", " K", " M", " G", " T", " P"];

/** Three or four digits for a label: "15.5 G". */
export function short(value: number): string {
  if (value < 1000) return grouped(value);
  // 999,999 is 1.00 M, not 1000.0 K.
  const digits = value.toPrecision(4);
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Number(digits)) / 3 + 1e-9));
  const scaled = Number(digits) / 1000 ** power;
  return `${scaled.toFixed(scaled < 100 ? 2 : 1)}${units[power]}`;
}
