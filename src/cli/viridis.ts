/** Viridis by eleven of its colours: its brightness rises evenly, so that it reads without colour vision too. */
const colours = [
  "440154",
  "482475",
  "414487",
  "355f8d",
  "2a788e",
  "21918c",
  "22a884",
  "44bf70",
  "7ad151",
  "bddf26",
  "fde725",
].map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));

/** Red, green and blue from 0 to 255, for a value from 0 to 1. */
export function viridis(value: number): readonly [number, number, number] {
  const place = Math.min(1, Math.max(0, value)) * (colours.length - 1);
  const below = Math.min(Math.floor(place), colours.length - 2);
  const [low, high] = [colours[below]!, colours[below + 1]!];
  const mixed = (at: number) => Math.round(low[at]! + (place - below) * (high[at]! - low[at]!));
  return [mixed(0), mixed(1), mixed(2)];
}
