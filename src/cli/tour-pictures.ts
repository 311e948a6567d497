import { join, parse } from "node:path";
import { channelPlane, cropToMultiple, fromPlanes, imresize, type RasterImage, writeImage } from "../data/node.ts";
import { type Upscaler, upscaleImage } from "../models/node.ts";

export interface TourPicture {
  readonly label: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Writes a photo, its reduction, the enlargements of that by bicubic and by each network, and the photo itself enlarged by
 * the last network.
 */
export async function writeTourPictures(
  folder: string,
  name: string,
  photo: RasterImage,
  networks: Readonly<Record<string, Upscaler>>,
  scale: number,
): Promise<{ files: string[]; compared: TourPicture[] }> {
  const original = fromPlanes(planesOf(photo, scale), photo.bits);
  const { width, height } = original;
  const size = { width: width / scale, height: height / scale };
  const small = fromPlanes(
    planesOf(photo, scale).map((plane) => imresize(plane, size)),
    photo.bits,
  );
  const files: string[] = [];
  const write = async (label: string, image: RasterImage): Promise<TourPicture> => {
    const path = join(folder, `${parse(name).name}-${label.replaceAll(" ", "-")}.png`);
    await writeImage(path, image);
    files.push(path);
    return { label, path, width: image.width, height: image.height };
  };
  await write("small", small);
  const compared = [await write("original", original)];
  compared.push(await write("bicubic", await upscaleImage(small, "bicubic", { scale })));
  for (const [label, network] of Object.entries(networks)) {
    compared.push(await write(label, await upscaleImage(small, network, { scale })));
  }
  await write(`x${scale}`, await upscaleImage(photo, Object.values(networks).at(-1)!, { scale }));
  return { files, compared };
}

const planesOf = (image: RasterImage, scale: number) =>
  Array.from({ length: image.channels }, (_, channel) => cropToMultiple(channelPlane(image, channel), scale));
