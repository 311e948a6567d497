import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { ArgumentError, ConvsmithError } from "../core/errors.ts";
import { fileError } from "../formats/atomic-file.ts";
import { ClassificationDataset, type LabelledDataset, type NormalizeOptions } from "./classification.ts";
import { CroppedPictures } from "./cropped-pictures.ts";
import { type FittedPicture, fitPicture } from "./fitted-picture.ts";
import { imageExtensions, readImage } from "./image.ts";
import { toPixels } from "./pixels.ts";

const natural = new Intl.Collator("en", { numeric: true });
const byName = (a: string, b: string): number => natural.compare(a, b) || (a < b ? -1 : 1);

/**
 * Paths of the PNG, JPEG and WebP files of a folder, in natural order (2.png before 10.png). Hidden files are left out.
 *
 * @example
 * import { listImages } from "convsmith/data";
 * console.log((await listImages("photos")).length); // 5
 *
 * @throws ConvsmithError when the folder is missing, is a file, or holds no picture.
 */
export async function listImages(folder: string): Promise<string[]> {
  const paths = await imagesOf(folder);
  if (paths.length === 0) throw new ConvsmithError(`${folder}: holds no picture (${imageExtensions.join(", ")})`);
  return paths;
}

export interface LabelledImages {
  /** Names of the subfolders, in natural order. */
  readonly classes: readonly string[];
  /** Each picture with the index of its class, class by class. */
  readonly samples: readonly { readonly path: string; readonly label: number }[];
}

/**
 * The pictures of a folder that has one subfolder per class.
 *
 * @throws ConvsmithError when the folder is missing, has fewer than two subfolders, or one of them holds no picture.
 */
export async function listImageClasses(folder: string): Promise<LabelledImages> {
  const entries = await entriesOf(folder);
  const classes = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name);
  classes.sort(byName);
  if (classes.length < 2) {
    throw new ConvsmithError(
      `${folder}: needs one subfolder of pictures per class, and two classes or more, got ${classes.length}`,
    );
  }
  const samples = [];
  for (const [label, name] of classes.entries()) {
    for (const path of await listImages(join(folder, name))) samples.push({ path, label });
  }
  return { classes, samples };
}

export interface ImageFolderOptions {
  /** Sides of the inputs in pixels. */
  width: number;
  height: number;
  /** 1: grey, 3: RGB. Default 3. */
  channels?: 1 | 3;
  /** Resize the shorter side to so many pixels and keep the whole picture: inputs are cut from it. At least width and height. */
  resize?: number;
  normalize?: NormalizeOptions;
  /** Called after each picture. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * A data set of a folder with one subfolder per class. Each picture is cut around its middle to the shape of the input
 * and reduced or enlarged (antialiased triangle), once; 8-bit codes are kept in memory. With `resize` it is reduced first and
 * cut then, as torchvision's Resize and CenterCrop do, and `augment: "crop"` finds the rest of the picture too.
 *
 * @throws ConvsmithError as listImageClasses; FileFormatError for a file that is no picture; ArgumentError for over 2 GiB.
 */
export async function loadImageFolder(folder: string, options: ImageFolderOptions): Promise<LabelledDataset> {
  const { width, height, channels = 3, resize, onProgress } = options;
  const { classes, samples } = await listImageClasses(folder);
  const size = channels * height * width;
  const tooLarge = (pictures: string) =>
    new ArgumentError(`${folder}: ${pictures} do not fit into 2 GiB; use whole, smaller sides`);
  if (!(size >= 1) || !Number.isInteger(size) || samples.length * size > 2 ** 31) {
    throw tooLarge(`${samples.length} pictures of ${channels}x${height}x${width}`);
  }
  const labels = Int32Array.from(samples, (sample) => sample.label);
  if (resize !== undefined) {
    if (resize < Math.max(width, height)) {
      throw new ArgumentError(
        `${folder}: can't cut ${height}x${width} out of pictures whose shorter side is ${resize}`,
      );
    }
    const pictures: FittedPicture[] = [];
    let bytes = 0;
    for (const { path } of samples) {
      const picture = fitPicture(await readImage(path), channels, { resize });
      if ((bytes += picture.codes.length) > 2 ** 31) throw tooLarge(`${samples.length} pictures of side ${resize}`);
      pictures.push(picture);
      onProgress?.(pictures.length, samples.length);
    }
    return new CroppedPictures({ shape: [channels, height, width], pictures, labels, classes }, options.normalize);
  }
  const pixels = new Uint8Array(samples.length * size);
  for (const [index, { path }] of samples.entries()) {
    pixels.set(toPixels(await readImage(path), channels, height, width), index * size);
    onProgress?.(index + 1, samples.length);
  }
  return new ClassificationDataset({ shape: [channels, height, width], pixels, labels, classes }, options.normalize);
}

async function imagesOf(folder: string): Promise<string[]> {
  const names = (await entriesOf(folder)).filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  const pictures = names.filter(
    (name) => !name.startsWith(".") && imageExtensions.includes(extname(name).toLowerCase()),
  );
  return pictures.sort(byName).map((name) => join(folder, name));
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError("read", folder, error);
  }
}
