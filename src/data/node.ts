// The Node side of the room: everything that runs anywhere, and files.
export { readFileBytes, writeFileAtomic } from "./files.ts";
export { checkImagePath, decodeImage, imageExtensions, readImage, writeImage } from "./image.ts";
export {
  type ImageFolderOptions,
  type LabelledImages,
  listImageClasses,
  listImages,
  loadImageFolder,
  toPixels,
} from "./image-folder.ts";
export * from "./index.ts";
export { isMnistFolder, loadMnist, readIdx } from "./mnist.ts";
