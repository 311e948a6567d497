import { UsageError } from "./errors.ts";

/** "1x3x224x224" as [1, 3, 224, 224]. @throws UsageError */
export function parseInputShape(text: string): number[] {
  const sizes = text.split(/[x×]/i).map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : 0));
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1)) {
    throw new UsageError(`--input must be sizes such as 1x3x224x224 (batch, channels, height, width), got ${text}`);
  }
  return sizes;
}
