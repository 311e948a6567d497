import { basename } from "node:path";
import { ConvsmithError } from "../../core/errors.ts";
import { Generator } from "../../core/generator.ts";
import { crop, imresize, listImages, luma, type Plane, type RasterImage, readImage } from "../../data/node.ts";
import type { RunWatcher } from "../run-task.ts";

export interface NamedPicture {
  readonly name: string;
  readonly image: RasterImage;
}

/** Reads the pictures of a folder. */
export async function readPictures(folder: string, watcher: RunWatcher): Promise<NamedPicture[]> {
  const paths = await listImages(folder);
  const pictures: NamedPicture[] = [];
  for (const path of paths) {
    pictures.push({ name: basename(path), image: await readImage(path) });
    watcher.onLoad?.(pictures.length, paths.length);
  }
  return pictures;
}

/** Sets some pictures aside, by seed: one in twenty, but 1 to 5. Only pictures of at least `side` pixels are taken. */
export function holdBack(
  folder: string,
  pictures: readonly NamedPicture[],
  side: number,
  seed: number,
): { training: NamedPicture[]; validation: NamedPicture[] } {
  const large = pictures.filter(({ image }) => Math.min(image.width, image.height) >= side);
  if (pictures.length < 2 || large.length === 0) {
    throw new ConvsmithError(
      `${folder}: needs two pictures or more, one of them to be held back and of at least ${side}x${side} pixels. Add some, or give others to judge by (--validate).`,
    );
  }
  const count = Math.min(5, Math.max(1, Math.floor(pictures.length / 20)), large.length);
  const order = new Generator(seed).permutation(large.length);
  const chosen = new Set([...order.slice(0, count)].map((index) => large[index]!));
  return {
    training: pictures.filter((each) => !chosen.has(each)),
    validation: pictures.filter((each) => chosen.has(each)),
  };
}

/** Luma in [0, 1] of a picture and of copies reduced by each factor. */
export function lumaPlanes(image: RasterImage, copies: readonly number[]): Plane<Float64Array>[] {
  const { width, height, data } = luma(image);
  const whole = { width, height, data: Float64Array.from(data, (code) => code / 255) };
  const reduced = copies.map((factor) => {
    const copy = imresize(whole, factor);
    // The cubic overshoots at edges.
    return { ...copy, data: copy.data.map((value) => Math.min(1, Math.max(0, value))) };
  });
  return [whole, ...reduced];
}

/** The middle of a plane, at most `side` pixels a side. */
export function middle<P extends Plane>(plane: P, side: number): P {
  const width = Math.min(side, plane.width);
  const height = Math.min(side, plane.height);
  if (width === plane.width && height === plane.height) return plane;
  const left = Math.floor((plane.width - width) / 2);
  return crop(plane, left, Math.floor((plane.height - height) / 2), width, height) as P;
}
