import { imresize } from "./imresize.ts";
import { crop } from "./plane.ts";
import { channelPlane, convertChannels, type RasterImage } from "./raster.ts";

/**
 * Codes of a picture as [channels, height, width], cut around the middle to that shape and resized (antialiased triangle).
 *
 * @example
 * import { readImage, toPixels } from "convsmith/data";
 * console.log(toPixels(await readImage("photos/chelsea.png"), 3, 32, 32).length); // 3072
 */
export function toPixels(image: RasterImage, channels: 1 | 3, height: number, width: number): Uint8Array {
  const converted = convertChannels(image, channels);
  const scale = Math.min(image.width / width, image.height / height);
  const cutWidth = Math.max(1, Math.round(scale * width));
  const cutHeight = Math.max(1, Math.round(scale * height));
  const left = Math.floor((image.width - cutWidth) / 2);
  const top = Math.floor((image.height - cutHeight) / 2);
  const out = new Uint8Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    const middle = crop(channelPlane(converted, channel), left, top, cutWidth, cutHeight);
    const { data } = imresize(middle, { width, height }, { method: "bilinear" });
    for (let index = 0; index < data.length; index++)
      out[channel * data.length + index] = Math.round(255 * data[index]!);
  }
  return out;
}
