/**
 * The multiple of `divisor` nearest to a number of channels, at least one, and the next one up where more than `loss` of
 * them would be lost.
 */
export function makeDivisible(channels: number, divisor = 8, loss = 0.1): number {
  const nearest = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return nearest < (1 - loss) * channels ? nearest + divisor : nearest;
}
