import { mkdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import {
  cropToMultiple,
  fromYcbcr,
  imresize,
  luma,
  type Plane,
  type RasterImage,
  toYcbcr,
  writeImage,
} from "../../data/node.ts";
import { fileError } from "../../formats/atomic-file.ts";
import type { Network } from "../fit.ts";
import type { ReportComparison, ReportPicture } from "../report/report-data.ts";
import { type SuperResolutionScore, scoreSuperResolution, superResolve } from "../super-resolve.ts";
import type { Outcome } from "../task.ts";
import { middle, type NamedPicture } from "./pictures.ts";

const shownPictures = 3;

/** PSNR and SSIM of every picture beside bicubic, and some of them as files and in the report. */
export async function espcnOutcome(
  network: Network,
  pictures: readonly NamedPicture[],
  scale: number,
  folder: string,
  side: number,
): Promise<Outcome> {
  const images: ({ name: string } & SuperResolutionScore)[] = [];
  const comparisons: ReportComparison[] = [];
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw fileError("write", folder, error);
  });
  for (const { name, image } of pictures) {
    images.push({ name, ...(await scoreSuperResolution(network, middle(luma(image), side), scale)) });
    if (comparisons.length < shownPictures) comparisons.push(await compare(network, name, image, scale, folder, side));
  }
  const mean = (pick: (score: SuperResolutionScore) => number) =>
    images.reduce((sum, each) => sum + pick(each), 0) / images.length;
  const means = {
    psnr: mean((each) => each.psnr),
    ssim: mean((each) => each.ssim),
    bicubic: { psnr: mean((each) => each.bicubic.psnr), ssim: mean((each) => each.bicubic.ssim) },
  };
  const rows = [...images, { name: "mean", ...means }].map(({ name, psnr, ssim, bicubic }) => {
    return [name, psnr, bicubic.psnr, ssim, bicubic.ssim];
  });
  return {
    results: {
      images: images.map(({ name, psnr, ssim, bicubic }) => ({ name, psnr, ssim, bicubic: { ...bicubic } })),
      mean: means,
    },
    report: {
      comparisons,
      metrics: {
        title: "Pictures that were held back",
        columns: [
          { label: "picture" },
          { label: "PSNR (dB)" },
          { label: "bicubic" },
          { label: "SSIM", digits: 4 },
          { label: "bicubic", digits: 4 },
        ],
        rows,
      },
    },
  };
}

/** Reduces a picture and enlarges it again, by bicubic and by the network (on Y; Cb and Cr by bicubic). */
async function compare(
  network: Network,
  name: string,
  image: RasterImage,
  scale: number,
  folder: string,
  side: number,
): Promise<ReportComparison> {
  const { y, chroma } = toYcbcr(image);
  const cut = (plane: Plane<Float64Array>) => cropToMultiple(middle(plane, side), scale);
  const reduce = (plane: Plane<Float64Array>) =>
    imresize(cut(plane), { width: cut(plane).width / scale, height: cut(plane).height / scale });
  const low = reduce(y);
  const cb = chroma && imresize(reduce(chroma.cb), scale);
  const cr = chroma && imresize(reduce(chroma.cr), scale);
  const colours = cb && cr ? { cb, cr } : null;
  const sharp = await superResolve(network, low);
  const planes = {
    bicubic: { y: imresize(low, scale), chroma: colours, alpha: null },
    network: { y: { ...sharp, data: Float64Array.from(sharp.data) }, chroma: colours, alpha: null },
    original: { y: cut(y), chroma: chroma && { cb: cut(chroma.cb), cr: cut(chroma.cr) }, alpha: null },
  };
  const pictures = {} as Record<keyof typeof planes, ReportPicture>;
  for (const [label, each] of Object.entries(planes) as [keyof typeof planes, (typeof planes)["network"]][]) {
    const path = join(folder, `${parse(name).name}-${label}.png`);
    const picture = fromYcbcr(each, 8);
    await writeImage(path, picture);
    const source = `data:image/png;base64,${(await readFile(path)).toString("base64")}`;
    pictures[label] = { label, source, width: picture.width, height: picture.height };
  }
  return { title: name, before: pictures.bicubic, after: pictures.network };
}
