// What runs anywhere; node.ts adds what needs files.
export {
  type ClassificationData,
  ClassificationDataset,
  type LabelledDataset,
  type NormalizeOptions,
} from "./classification.ts";
export { fromYcbcr, luma, rgbToYcbcr, toYcbcr, type YcbcrPlanes, ycbcrToRgb } from "./color.ts";
export { CroppedPictures, type CroppedPicturesData } from "./cropped-pictures.ts";
export { type Dataset, randomSplit, Subset, type Symmetry, stratifiedSplit, type TargetData } from "./dataset.ts";
export { type FittedPicture, fitPicture, type PictureSize } from "./fitted-picture.ts";
export { type Idx, parseIdx } from "./idx.ts";
export { imresize, imresizeRows, type PictureRows, type ResizeMethod, type ResizeOptions } from "./imresize.ts";
export { type Augmentation, type Batch, DataLoader, type LoaderOptions } from "./loader.ts";
export { psnr, ssim, superResolutionMetrics, superResolutionPair } from "./metrics.ts";
export { type PatchOptions, SuperResolutionPatches } from "./patches.ts";
export { toPixels } from "./pixels.ts";
export { crop, cropToMultiple, type Plane, type PlaneData, shave } from "./plane.ts";
export { channelPlane, convertChannels, fromPlanes, hasAlpha, type RasterImage, rasterRows } from "./raster.ts";
