import type { ProfileRow } from "./profile.ts";

/** "21 %", "4.3 %", "0.07 %": two digits that say something; ">100 %" and "<100 %" where it is a little more or less. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value === 0) return "0 %";
  if (value !== 100 && Math.round(value) === 100) return `${value > 100 ? ">" : "<"}100 %`;
  return `${value >= 9.95 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}

/** What a row is called: the path of its layer, or in brackets what has none. */
export function rowName({ layer, kind }: Pick<ProfileRow, "layer" | "kind">): string {
  if (layer !== null) return layer || "(network)";
  return kind === "dispatch" ? "(copies, dispatch)" : `(${kind})`;
}
